// Prints the five of the static page, with their scores, for a JSON list of texts on standard input.
// Arguments: the folder node_modules, that of the page, and that of its model and its rules.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [modules, page, built] = process.argv.slice(2);
const url = (path) => pathToFileURL(path).href;
const library = await import(url(`${modules}/@huggingface/transformers/dist/transformers.node.mjs`));
const { Predictor } = await import(url(`${page}/predictor.js`));
library.env.allowRemoteModels = false;
library.env.localModelPath = built;
const { guard } = JSON.parse(readFileSync(`${built}/page.json`, 'utf8'));
const predictor = await Predictor.load(library, guard, 'cpu');
const answers = [];
for (const text of JSON.parse(readFileSync(0, 'utf8'))) answers.push(await predictor.predict(text));
console.log(JSON.stringify(answers));
