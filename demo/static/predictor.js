// Texts to their five emojis, by transformers.js; it runs in Node as well, where the tests read it.

import { Guard } from './guard.js';

// Without it, sums of int8 products saturate in Node on a CPU that has no VNNI instructions.
const EXACT_SUMS = { extra: { session: { x64quantprecision: '1' } } };

export class Predictor {
  static async load(library, rules, device, onProgress = () => {}) {
    const { AutoConfig, AutoModel, AutoTokenizer } = library;
    const [config, tokenizer, model] = await Promise.all([
      AutoConfig.from_pretrained('model'),
      AutoTokenizer.from_pretrained('model'),
      AutoModel.from_pretrained('model', {
        dtype: 'q8', device, session_options: EXACT_SUMS, progress_callback: onProgress,
      }),
    ]);
    return new Predictor(library.Tensor, Object.values(config.id2label), tokenizer, model, new Guard(rules));
  }

  constructor(Tensor, emojis, tokenizer, model, guard) {
    Object.assign(this, { Tensor, emojis, tokenizer, model, guard });
  }

  // [emoji, probability] of the five, best first; none for a text without words.
  async predict(text) {
    if (!this.guard.hasWords(text)) return [];
    const { logits, vector, gravity = vector } = await this.model(this.#inputs(text));
    const scores = this.emojis.map((emoji, i) => [emoji, Math.exp(logits.data[i])]);
    scores.sort((a, b) => b[1] - a[1]);
    return this.guard.five(scores, this.guard.level(text, gravity.data));
  }

  // The library's own truncation would cut off the token that ends a text.
  #inputs(text) {
    const ids = this.tokenizer.encode(text);
    const max = this.tokenizer.model_max_length;
    const kept = ids.length > max ? [...ids.slice(0, max - 1), ids.at(-1)] : ids;
    const tensor = (numbers) => new this.Tensor('int64', BigInt64Array.from(numbers, BigInt), [1, kept.length]);
    return { input_ids: tensor(kept), attention_mask: tensor(kept.map(() => 1)) };
  }
}
