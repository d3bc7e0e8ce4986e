import { addOutcomes, emptyOutcome, failure, type Outcome, skip } from './tally';

const POINT = /^(not )?ok\b(?: +(\d+))?(?: *-)? *(.*?)(?: +# *(skip|todo)\S*(?: +(.*))?)?$/i;
const PLAN = /^1\.\.(\d+)(?: *# *(?:skip\S*)? *(.*))?$/i;
const BAIL_OUT = /^Bail out!\s*(.*)$/;

function judge(match: RegExpExecArray): Outcome {
  const [, not, number = '?', title = '', directive, reason] = match;
  const name = title === '' ? `test ${number}` : title;
  if (directive?.toLowerCase() === 'skip') return skip(reason ?? name);
  if (not === undefined) return { ...emptyOutcome(), passed: 1 };
  // What is known not to work yet hasn't passed either.
  return directive === undefined ? failure(name) : skip(`${name}: ${reason ?? 'to do'}`);
}

/**
 * Judges the output of one or several TAP producers, one after the other, each with its plan. Indented lines (subtests)
 * count through the line that sums them up. Fewer or more tests than planned, no plan at all and a bail out are each
 * one more failure: a producer that crashed isn't taken for one that had less to say.
 */
export function parseTap(text: string): Outcome {
  const outcomes: Outcome[] = [];
  let planned: number | undefined;
  let seen = 0;
  for (const line of text.split(/\r?\n/)) {
    const plan = PLAN.exec(line);
    if (plan) {
      planned = (planned ?? 0) + Number(plan[1]);
      if (plan[1] === '0') outcomes.push(skip(plan[2] ?? 'nothing planned'));
      continue;
    }
    const bail = BAIL_OUT.exec(line);
    if (bail) outcomes.push(failure(`bailed out: ${bail[1] ?? ''}`));
    const point = POINT.exec(line);
    if (point) {
      seen += 1;
      outcomes.push(judge(point));
    }
  }
  if (planned === undefined) outcomes.push(failure('the output has no TAP plan'));
  else if (planned !== seen) outcomes.push(failure(`${planned} tests were planned, ${seen} ran`));
  return addOutcomes(outcomes);
}
