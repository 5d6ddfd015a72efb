// The page: a text field and five tiles.

import * as library from './lib/transformers.min.js';
import { Predictor } from './predictor.js';
import { language, texts } from './texts.js';

const here = new URL('.', import.meta.url).href;
const said = texts();
const element = (id) => document.getElementById(id);
const [message, status, progress] = ['message', 'status', 'progress'].map(element);

library.env.allowRemoteModels = false;
library.env.allowLocalModels = true;
library.env.localModelPath = './'; // no URL: of one it would not look for the tokenizer
library.env.backends.onnx.wasm.wasmPaths = `${here}lib/`;

const tiles = Array.from({ length: 5 }, () => {
  const tile = document.createElement('li');
  tile.innerHTML = '<span class="emoji"></span><span class="score"></span>';
  element('tiles').append(tile);
  return tile;
});

function show(five) {
  tiles.forEach((tile, rank) => {
    const [emoji, score] = five[rank] ?? ['', null];
    tile.dataset.emoji = emoji;
    tile.style.setProperty('--fill', score ?? 0);
    tile.querySelector('.emoji').textContent = emoji;
    tile.querySelector('.score').textContent = score === null ? '' : `${Math.round(100 * score)} %`;
  });
}

// One text at a time; of those typed meanwhile only the last.
function latestOnly(answer) {
  let waiting = null;
  let isBusy = false;
  return async (text) => {
    waiting = text;
    if (isBusy) return;
    isBusy = true;
    while (waiting !== null) {
      const next = waiting;
      waiting = null;
      await answer(next);
    }
    isBusy = false;
  };
}

function write() {
  document.documentElement.lang = language();
  element('lead').textContent = said.lead;
  element('message-label').textContent = said.message;
  element('privacy').textContent = said.privacy;
  status.textContent = said.loading;
}

function offer(examples) {
  for (const example of examples) {
    const button = document.createElement('button');
    button.textContent = example;
    button.addEventListener('click', () => {
      message.value = example;
      message.dispatchEvent(new Event('input'));
    });
    element('examples').append(button);
  }
}

async function start() {
  write();
  const { guard, examples } = await (await fetch('page.json')).json();
  offer(examples);
  const predictor = await Predictor.load(library, guard, 'wasm', (event) => {
    if (event.status === 'progress' && event.total) progress.value = event.loaded / event.total;
  });
  progress.hidden = true;
  const answer = latestOnly(async (text) => {
    const five = await predictor.predict(text);
    show(five);
    status.textContent = five.length ? '' : said.nothing;
  });
  message.addEventListener('input', () => answer(message.value));
  await answer(message.value);
  document.documentElement.dataset.ready = 'true';
}

start().catch(() => {
  progress.hidden = true;
  status.textContent = said.failed;
});
