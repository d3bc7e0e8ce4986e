import { firstMisplacedLine, keepHandLayout } from './c-layout';

const lines = (...all: string[]): string => all.join('\n');

describe('the layout of C', () => {
  it('leaves gaps inside a line alone', () => {
    expect(firstMisplacedLine('\tint a;\t\t/* one */', '\tint a; /* one */')).toBeUndefined();
  });

  it('finds another indentation or line break', () => {
    expect(firstMisplacedLine(lines('{', '    a();', '}'), lines('{', '\ta();', '}'))).toBe(2);
    expect(firstMisplacedLine(lines('f(a,', '  b);', 'g();'), lines('f(a, b);', 'g();'))).toBe(1);
    expect(firstMisplacedLine(lines('#define A \\', ' 1', 'f ();'), lines('#define A 1', 'f();'))).toBe(3);
  });

  it('leaves macro definitions and rows of tables alone', () => {
    const source = lines('#define A\t\t1', '#define B(x) { x }', 'int t[] = {', '\t{ 1, 2 },', '\t{ 3, 4 },', '};');
    const formatted = lines(
      '#define A 1',
      '#define B(x) \\',
      '\t{ \\',
      '\t\tx \\',
      '\t}',
      'int t[] = {',
      '\t{ 1, 2 }, { 3, 4 },',
      '};',
    );
    expect(firstMisplacedLine(source, formatted)).toBeUndefined();
    expect(keepHandLayout(source, formatted)).toBe(source);
  });

  it('mends the rest', () => {
    const source = lines('#define A\t\t1', 'int a;\t/* x */', '  f();');
    expect(keepHandLayout(source, lines('#define A 1', 'int a; /* x */', '\tf();'))).toBe(
      lines('#define A\t\t1', 'int a;\t/* x */', '\tf();'),
    );
  });
});
