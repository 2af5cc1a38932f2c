/**
 * tap's output for this repository: a line for each test file, the failures in full, skips with their reason, and
 * as the last line `N passed, N failed`. What is counted is the tests of each file (its named subtests); a file that
 * crashes, times out or holds no test counts as one failure.
 */
import { Transform } from 'node:stream';
import { Parser } from 'tap-parser';

export default class Reporter extends Transform {
  #passed = 0;
  #failed = 0;
  #skipped = 0;
  #parser = new Parser();

  constructor() {
    super();
    this.#parser.on('child', (file) => this.#watch(file));
    this.#parser.on('bailout', (reason) => {
      this.#failed++;
      this.push(`bail out: ${reason}\n`);
    });
  }

  _transform(chunk, _encoding, done) {
    this.#parser.write(chunk);
    done();
  }

  _flush(done) {
    this.#parser.once('complete', () => {
      if (this.#passed + this.#failed === 0) this.#failed++;
      const skipped = this.#skipped === 0 ? '' : `, ${this.#skipped} skipped`;
      this.push(`${this.#passed} passed, ${this.#failed} failed${skipped}\n`);
      done();
    });
    this.#parser.end();
  }

  #watch(file) {
    const failures = [];
    const counts = { passed: 0, failed: 0, skipped: 0 };
    file.on('assert', (test) => this.#count(test, counts, failures));
    file.on('child', (test) => collectFailures(test, [test.name], failures));
    file.on('complete', (results) => {
      if (!results.ok && counts.failed === 0) counts.failed++;
      if (counts.passed + counts.failed + counts.skipped === 0) counts.failed++;
      this.#tell(file.name, counts, failures, results);
    });
  }

  #count(test, counts, failures) {
    if (test.skip || test.todo) {
      counts.skipped++;
      this.push(`skipped: ${test.name}: ${test.skip || test.todo}\n`);
    } else if (test.ok) {
      counts.passed++;
    } else {
      counts.failed++;
      if (failures.length === 0) failures.push({ path: [test.name], diag: test.diag });
    }
  }

  #tell(name, counts, failures, results) {
    this.#passed += counts.passed;
    this.#failed += counts.failed;
    this.#skipped += counts.skipped;
    const seconds = ((results.time ?? 0) / 1000).toFixed(1);
    this.push(`${counts.failed === 0 ? 'ok    ' : 'FAILED'} ${name}: ${counts.passed} passed, ${counts.failed} failed (${seconds} s)\n`);
    for (const failure of failures) this.push(`${describe(failure)}\n`);
    if (counts.failed > 0 && failures.length === 0) this.push(`${indented(results.bailout || 'the file ended badly: see its output above')}\n`);
  }
}

/** Gathers the failed assertions of a test and of the tests inside it, each with the names that lead to it. */
function collectFailures(test, path, failures) {
  test.on('child', (inner) => collectFailures(inner, [...path, inner.name], failures));
  test.on('assert', (result) => {
    if (!result.ok && !result.todo && !result.skip && result.diag && !('failedSubtest' in result)) failures.push({ path: [...path, result.name], diag: result.diag });
  });
}

function describe({ path, diag }) {
  return indented(`${path.join(' > ')}\n${indented(JSON.stringify(diag, undefined, 2).replaceAll('\\n', '\n'))}`);
}

function indented(text) {
  return text.replaceAll(/^/gm, '    ');
}
