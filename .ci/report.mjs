/**
 * The last lines of a check: which tests failed and why, then the runner's own count.
 *
 * What a log is cut to is its end, and a failure is far from there.
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** What was expected, what came, and where of the project's own. */
const LINES_OF_A_REASON = 20;

const [path] = process.argv.slice(2);
let report;
try {
  report = JSON.parse(readFileSync(path, 'utf8'));
} catch (error) {
  console.log(`No report at ${path}: ${error.message}`);
  console.log('0 passed, 1 failed');
  process.exit(0);
}

const tell = (file, title, reason) => {
  console.log(`\nFailed: ${relative(process.cwd(), file)} > ${title}`);
  const lines = reason.split('\n').filter((line) => !line.includes('node_modules'));
  for (const line of lines.slice(0, LINES_OF_A_REASON)) console.log(`  ${line}`);
};

let failed = 0;
for (const { name: file, status, message, assertionResults } of report.testResults) {
  const failures = assertionResults.filter((test) => test.status === 'failed');
  for (const { fullName, failureMessages } of failures) tell(file, fullName, failureMessages.join('\n'));
  // A file that could not be read has no test to blame.
  const isUnread = status === 'failed' && failures.length === 0;
  if (isUnread) tell(file, '(the file itself)', message);
  failed += failures.length + Number(isUnread);
}
if (failed > 0) console.log();
if (report.numPendingTests > 0) console.log(`${report.numPendingTests} skipped`);
console.log(`${report.numPassedTests} passed, ${Math.max(failed, report.numFailedTests)} failed`);
