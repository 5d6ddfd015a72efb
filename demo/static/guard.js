// The guard against laughter on grave texts: model/gravity_head.py, model/gravity.py and
// model/top_emojis.py for a browser. Its numbers, words and emojis are in page.json.

const APOSTROPHES = /[’ʼ`]/g;
const LINK = /(?:https?:\/\/|www\.)\S+/gu;
const MENTION = /<[@#][!&]?\d{1,20}>|(?<![\p{L}\p{N}_])@[\p{L}\p{N}_]+/gu;
const TOKEN = /[\p{L}\p{N}_']+/gu;
const TOP_FIVE = 5;

const softmax = (logits) => {
  const peak = Math.max(...logits);
  const powers = logits.map((x) => Math.exp(x - peak));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((x) => x / sum);
};

export class Guard {
  constructor(rules) {
    this.rules = rules;
    this.removed = new RegExp(`${rules.invisible}|${rules.emoji}`, 'gu');
    this.laughing = new Set(rules.laughing);
    this.graveEmojis = new Set(rules.grave_emojis);
    this.mocking = new Set(rules.mocking);
    this.permitted = { grave: new Set(rules.comforting), self_harm: new Set(rules.kind) };
    this.phrases = new Map();
    this.longest = 0;
    (rules.head?.lexicon ?? []).forEach((words, index) => {
      for (const word of words) {
        const tokens = tokensOf(word);
        const key = tokens.join(' ');
        this.phrases.set(key, [...(this.phrases.get(key) ?? []), index]);
        this.longest = Math.max(this.longest, tokens.length);
      }
    });
  }

  // The text without what says nothing: emojis, links, mentions.
  plain(text) {
    const visible = text.replace(this.removed, ' ').normalize('NFKC');
    return visible.replace(LINK, ' ').replace(MENTION, ' ');
  }

  hasWords(text) {
    return /[\p{L}\p{N}!?()]/u.test(this.plain(text));
  }

  // 'harmless', 'doubtful', 'unsure', 'grave' or 'self_harm', given the text's gravity vector.
  level(text, vector) {
    const { head } = this.rules;
    if (!head) return 'harmless';
    const active = this.#active(tokensOf(this.plain(text)));
    const logits = head.bias.map((bias, k) => {
      let sum = bias;
      vector.forEach((x, i) => { sum += x * head.vector_weights[i][k]; });
      for (const i of active) {
        sum += head.word_weights[i][k];
        for (const j of active) sum += head.pair_weights[i][j][k];
      }
      return sum;
    });
    const [harmless, , selfHarm] = softmax(logits);
    const { thresholds } = head;
    if (selfHarm >= thresholds.self_harm) return 'self_harm';
    return ['grave', 'unsure', 'doubtful'].find((level) => 1 - harmless >= thresholds[level]) ?? 'harmless';
  }

  // The best five that may be shown; scores are [emoji, probability], best first.
  five(scores, level) {
    if (level === 'unsure') return best(scores.filter(([emoji]) => !this.mocking.has(emoji)));
    if (level in this.permitted) return best(scores.filter(([emoji]) => this.permitted[level].has(emoji)));
    const top = best(scores);
    if (!this.#isGrave(top)) return top;
    const isQuiet = ([emoji]) => !this.laughing.has(emoji);
    return best([...scores.filter(isQuiet), ...scores.filter((score) => !isQuiet(score))]);
  }

  #active(tokens) {
    const found = new Set();
    tokens.forEach((_, start) => {
      for (let end = start + 1; end <= Math.min(tokens.length, start + this.longest); end++) {
        for (const index of this.phrases.get(tokens.slice(start, end).join(' ')) ?? []) found.add(index);
      }
    });
    return [...found];
  }

  #isGrave(five) {
    const counted = five.filter(([emoji]) => emoji !== this.rules.tears);
    const sum = (scores) => scores.reduce((total, [, score]) => total + score, 0);
    const grave = sum(counted.filter(([emoji]) => this.graveEmojis.has(emoji)));
    return grave > 0 && grave >= this.rules.min_share * sum(counted);
  }
}

const tokensOf = (text) => text.toLowerCase().replace(APOSTROPHES, "'").match(TOKEN) ?? [];
const best = (scores) => scores.slice(0, TOP_FIVE);
