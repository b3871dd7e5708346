import type { Block, LetterPlan } from './letter-blocks.js';

/** The plain-text part: all that the HTML part says, every link spelled out. */
export function drawText(plan: LetterPlan): string {
  return `${[plan.heading, ...plan.blocks.map(drawBlock), `-- \n${plan.footer}`].join('\n\n')}\n`;
}

function drawBlock(block: Block): string {
  switch (block.block) {
    case 'say': return block.text;
    case 'time': return [`${block.label}:`, ...block.lines.map((line) => `  ${line}`)].join('\n');
    case 'agenda': return [`${block.title}:`, ...block.rows.map((row) => `  ${row.hours}  ${row.what}`)].join('\n');
    case 'slots':
      return block.days.map(({ day, slots }) => [day, ...slots.map((slot) =>
        `  ${slot.label}${slot.elsewhere === null ? '' : ` = ${slot.elsewhere}`}\n  ${slot.link}`)].join('\n')).join('\n\n');
    case 'way': return [block.label, block.effect, ...(block.notes ?? []), ...(block.link === null ? [] : [block.link])].join('\n  ');
    case 'link': return `${block.label}: ${block.link}${block.after === '' ? '' : `\n${block.after}`}`;
  }
}
