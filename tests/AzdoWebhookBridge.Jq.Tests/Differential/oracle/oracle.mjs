// Answers lines of {program, input} with lines of {stdout, stderr, exitCode}. Argument: the package to ask.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(import.meta.url);
const jq = require(process.argv[2]);

for await (const line of createInterface({ input: process.stdin })) {
  const { program, input } = JSON.parse(line);
  let answer;
  try {
    answer = await jq.raw(input, program, ['-c']);
  } catch (error) {
    answer = { stdout: '', stderr: String(error), exitCode: 99 };
  }

  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
