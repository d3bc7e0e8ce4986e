import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Which rooms a room may not import from, and why. The table is in CONTRIBUTING.md. */
const wall = (...patterns) => ['error', { patterns }];

const engineRoom = { group: ['**/modules', '**/modules/**'], message: 'Clients reach the service through gRPC only.' };
const addon = {
  group: ['slmbx-bindings', 'slmbx-bindings/*', '**/syscall-bindings/**'],
  message: 'Only src/modules/engine touches the add-on.',
};
const clients = {
  group: ['**/client', '**/client/**', '**/cli', '**/cli/**'],
  message: 'The service knows no client.',
};
const command = { group: ['**/cli', '**/cli/**'], message: 'The command stands on the client, not the reverse.' };
const server = { group: ['@nestjs/*', 'nestjs-pino'], message: 'Clients carry no server with them.' };

export default defineConfig(
  globalIgnores(['node_modules', '**/build', 'dist', 'src/generated', 'syscall-bindings/prebuilds']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A Nest module is a class with a decorator and nothing else.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allow: ['bigint'] }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      eqeqeq: 'error',
    },
  },
  {
    // Parameter types that Nest reads at run time must stay imports of values.
    files: ['src/modules/**/*.ts', 'src/grpc/**/*.ts', 'src/**/*.module.ts'],
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/client/**', 'src/cli/**', 'src/modules/engine/**'],
    rules: { 'no-restricted-imports': wall(addon, clients) },
  },
  { files: ['src/modules/engine/**/*.ts'], rules: { 'no-restricted-imports': wall(clients) } },
  { files: ['src/client/**/*.ts'], rules: { 'no-restricted-imports': wall(addon, engineRoom, command, server) } },
  { files: ['src/cli/**/*.ts'], rules: { 'no-restricted-imports': wall(addon, engineRoom, server) } },
  { files: ['src/modules/**/*.ts'], rules: { 'no-console': 'error' } },
  {
    files: ['**/*.spec.ts', '**/*.test.ts', 'test/**/*.ts'],
    rules: {
      // expect(object.method) names the method, and doesn't call it.
      '@typescript-eslint/unbound-method': 'off',
      // What a hook failed to make isn't there, whatever its type says.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // A test that is wrong about what is there fails, as it should.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: {
        module: 'writable',
        exports: 'writable',
        require: 'readonly',
        process: 'readonly',
        Buffer: 'readonly',
        __dirname: 'readonly',
      },
    },
  },
);
