// Prints the version of transformers.js and, for a JSON list of texts on standard input, the five
// labels of each with their scores. Arguments: the folder node_modules, and that of the layout.
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, folder] = process.argv.slice(2).map((path) => resolve(path));
const library = `${modules}/@huggingface/transformers/dist/transformers.node.mjs`;
const { pipeline, env } = await import(pathToFileURL(library));
env.allowRemoteModels = false;
env.localModelPath = dirname(folder);
const exactSums = { extra: { session: { x64quantprecision: '1' } } };
const classify = await pipeline('text-classification', basename(folder), {
  dtype: 'q8', session_options: exactSums,
});
const answers = [];
for (const text of JSON.parse(readFileSync(0, 'utf8'))) {
  const five = await classify(text, { top_k: 5 });
  answers.push(five.map(({ label, score }) => [label, score]));
}
console.log(JSON.stringify({ version: env.version, answers }));
