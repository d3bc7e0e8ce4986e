import { ConfigError } from './config.error';
import { isLoopback, resolveLoopback } from './loopback';

it.each(['127.0.0.1', '127.0.0.0', '127.255.255.255', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::ffff:7f00:1'])(
  '%s is loopback',
  (address) => {
    expect(isLoopback(address)).toBe(true);
  },
);

it.each([
  '126.255.255.255',
  '128.0.0.0',
  '0.0.0.0',
  '10.0.0.1',
  '192.168.0.1',
  '169.254.0.1',
  '::',
  '::2',
  'fe80::1',
  '::ffff:10.0.0.1',
  // No address at all: nothing that isn't known to be loopback is.
  'localhost',
  '127.1',
  '0x7f.0.0.1',
  '',
])('%s is not', (address) => {
  expect(isLoopback(address)).toBe(false);
});

it('resolves localhost to loopback addresses alone', async () => {
  const addresses = await resolveLoopback('localhost');
  expect(addresses.length).toBeGreaterThan(0);
  expect(addresses.every(isLoopback)).toBe(true);
});

it('takes an address as it is, in brackets too', async () => {
  expect(await resolveLoopback('127.0.0.9')).toEqual(['127.0.0.9']);
  expect(await resolveLoopback('[::1]')).toEqual(['::1']);
});

it.each(['0.0.0.0', '::', '192.0.2.7', '[2001:db8::1]'])('refuses %s', async (host) => {
  await expect(resolveLoopback(host)).rejects.toThrow(ConfigError);
});
