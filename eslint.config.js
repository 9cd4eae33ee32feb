import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Only these give the same bits in V8, in QuickJS and in every browser (risk model, section 10). */
const EXACT_MATH = 'sqrt|abs|floor|ceil|trunc|round|min|max|sign|fround|imul|clz32';

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/**',
      '**/dist/**',
      '.azle/**',
      '**/.azle/**',
      '.plimsoll/**',
      '**/declarations/**',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        exports: 'writable',
        module: 'writable',
        require: 'readonly',
        Date: 'readonly',
      },
    },
  },
  {
    // Typed arrays are indexed in hot loops whose bounds are their own lengths.
    files: [
      'engine/**/*.ts',
      'canisters/**/*.ts',
      'localnet/**/*.ts',
      'proof/**/*.ts',
      'bench/**/*.ts',
      'scripts/testing/kernels/*.ts',
      '**/*.test.ts',
      '**/*.prop.ts',
    ],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['engine/src/**/*.ts'],
    ignores: ['**/*.test.ts', '**/*.prop.ts', '**/*.bench.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        'Date',
        'Intl',
        'performance',
        'crypto',
        'globalThis',
        'process',
        'console',
        'setTimeout',
        'TextEncoder',
        'TextDecoder',
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: `MemberExpression[object.name='Math']:not([property.name=/^(${EXACT_MATH})$/])`,
          message:
            'Differs between engines in the last bit. Use + - * / %, the exact Math functions, or engine/src/math.',
        },
        {
          selector: "VariableDeclarator[init.name='Math']",
          message:
            'Math must not be aliased or destructured in the engine: the lint rule could not see what is used.',
        },
        {
          selector: "BinaryExpression[operator='**'], AssignmentExpression[operator='**=']",
          message: 'pow differs between engines even for integer exponents. Multiply.',
        },
        {
          selector: 'CallExpression[callee.property.name=/^toLocale/]',
          message: 'Locale text differs between machines.',
        },
      ],
    },
  },
);
