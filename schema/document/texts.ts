// Comments of descriptors as summaries and descriptions.

const MAX_SUMMARY = 120;

/** A line for lists: the comment's first sentence, or else the words of the name. */
export function summaryOf(comment: string, name: string): string {
  const [paragraph = ''] = comment.trim().split(/\n\s*\n/, 1);
  const line = paragraph.replace(/\s+/g, ' ').trim();
  if (line === '') return wordsOf(name);
  const [, sentence = line] = /^(.{10,}?[.!?])(?:\s|$)/.exec(line) ?? [];
  const whole = sentence.length <= MAX_SUMMARY ? sentence : `${cutAtWord(sentence)}…`;
  return whole.replace(/\.$/, '');
}

function cutAtWord(text: string): string {
  const cut = text.slice(0, MAX_SUMMARY);
  const end = cut.lastIndexOf(' ');
  return (end > 0 ? cut.slice(0, end) : cut).toWellFormed();
}

/** `BatchGetBooks` → `Batch get books`. */
function wordsOf(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** Paragraphs that have something to say. */
export function paragraphs(...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n\n');
}
