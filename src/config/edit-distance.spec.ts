import { editDistance } from './edit-distance';

it.each([
  ['', '', 0],
  ['a', '', 1],
  ['', 'abc', 3],
  ['port', 'port', 0],
  ['prot', 'port', 1],
  ['por', 'port', 1],
  ['pport', 'port', 1],
  ['part', 'port', 1],
  ['kitten', 'sitting', 3],
  ['ab', 'ba', 1],
])('from %p to %p is %p', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
  expect(editDistance(b, a)).toBe(distance);
});
