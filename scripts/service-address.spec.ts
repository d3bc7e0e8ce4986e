import { addressWords, clientSetting, serviceAddress } from './service-address';

const env = { SLMBX_RUNTIME_DIR: '/run/x' };

describe('the address of the service', () => {
  it.each([
    [[], {}, { unix: '/run/x/slmbx.sock', tcp: '127.0.0.1:50051' }],
    [[], { SLMBX_PORT: '6000', SLMBX_HOST: '::1', SLMBX_UNIX: '/s' }, { unix: '/s', tcp: '[::1]:6000' }],
    [['--port', '1', '--unix=off'], { SLMBX_PORT: '6000', SLMBX_UNIX: '/s' }, { tcp: '127.0.0.1:1' }],
    [['--port', 'off'], { SLMBX_UNIX: '' }, { unix: '/run/x/slmbx.sock' }],
    [['--log-level', 'debug', '--unknown', 'stray'], {}, { unix: '/run/x/slmbx.sock', tcp: '127.0.0.1:50051' }],
  ])('with %j and %j', (args, extra, expected) => {
    expect(serviceAddress(args, { ...env, ...extra })).toEqual(expected);
  });

  it('is told in words', () => {
    expect(addressWords({ unix: '/s', tcp: '127.0.0.1:1' })).toBe('unix:/s and 127.0.0.1:1');
    expect(addressWords({ tcp: '127.0.0.1:0' })).toBe('127.0.0.1, a free port that its log names');
  });

  it.each([
    [{ unix: '/run/x/slmbx.sock', tcp: '127.0.0.1:1' }, env, 'export SLMBX_RUNTIME_DIR=/run/x; '],
    [{ unix: "/it's", tcp: '127.0.0.1:1' }, env, "export SLMBX_ADDRESS='unix:/it'\\''s'; "],
    [{ tcp: '127.0.0.1:1' }, env, 'export SLMBX_ADDRESS=127.0.0.1:1; '],
    [{}, env, ''],
    [serviceAddress([], {}), {}, ''],
  ])('%j makes a shell need a setting, or none', (address, environment, expected) => {
    expect(clientSetting(address, environment)).toBe(expected);
  });
});
