// Invented content for the development server: three kinds of items, many classes, broken and hostile ones.

export function random(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const THEMES = {
  Billing: ['You took the monthly fee twice for the same line, and nobody can tell me why.', 'A refund was promised in September. Still nothing.', 'Why is there a 29.90 on my bill?'],
  'No service': ['Since the storm last night the line comes and goes.', 'The box blinks red, then white. No signal at all.', 'We are a dental practice and cannot take card payments.'],
  'Slow connection': ['Paying for 250, getting 4. Every single evening.', 'Restarted the thing five times, it is still slow.', 'Netflix stutters from 8 to 11 pm.'],
  'Moving home': ['We get the keys on the first. Can I keep my number?', 'Does somebody need to come for the socket, or is that already in the wall?'],
  'Wants to leave': ['Cancel everything, effective today.', 'I asked what it would cost to end the contract before March.', 'Last chance: fix it or I switch.'],
  Other: ['Your app logs me out all the time.', 'Where do I see my data use abroad?', 'Please send the papers to my father, who stays in the house.'],
};
const HOSTILE = ['<script>alert(1)</script> & <img src=x onerror=alert(2)>', '=HYPERLINK("http://example.test","x")', '\u202Eright to left override', 'مرحبا، لا يعمل الإنترنت منذ أمس وأحتاج إلى المساعدة.', 'Zalgo t̷̢̛e̵x̴t̸ 👩‍👩‍👧‍👦'];

function text(n) {
  const r = random(7);
  const names = Object.keys(THEMES);
  return Array.from({ length: n }, (_, i) => {
    const truth = names[Math.floor(r() * names.length)];
    const lines = THEMES[truth];
    const size = 1 + Math.floor(r() * (i % 9 === 4 ? 24 : 4));
    const body = Array.from({ length: size }, () => lines[Math.floor(r() * lines.length)]);
    const fields = [{ name: 'channel', value: ['E-mail', 'Web form', 'Chat'][i % 3], missing: false }, { name: 'date', value: `2026-11-${String(1 + (i % 28)).padStart(2, '0')}`, missing: false }];
    return { truth, content: { type: 'text', text: HOSTILE[i - 3] ?? body.join(i % 2 ? ' ' : '\n\n'), fields } };
  });
}

function image(n) {
  const r = random(3);
  const names = ['Normal', 'Pneumonia', 'Effusion', 'Pneumothorax'];
  return Array.from({ length: n }, (_, i) => {
    const truth = names[Math.floor(r() * r() * 4)];
    if (i === 5) return { truth, content: { type: 'broken', name: 'scan/00005.png', message: 'ends after 41 of 212 kB' } };
    return { truth, content: { type: 'image', url: '', width: 480, height: 480, name: `scan/${String(i).padStart(5, '0')}.png` } };
  });
}

function table(n) {
  const r = random(5);
  return Array.from({ length: n }, (_, i) => {
    const months = Math.floor(r() * 80), bill = Math.round(200 + r() * 700) / 10, calls = Math.floor(r() * r() * 9);
    const truth = calls > 2 || months < 6 ? 'At risk' : r() < 0.05 ? 'Not a real customer' : 'Safe';
    const f = (name, value, unusual = null, missing = false) => ({ name, value: String(value), unusual, missing });
    const fields = [f('Customer', `C-${10000 + i * 37}`), f('Plan', ['Red 20 GB', 'Unlimited', 'Family 3 lines'][i % 3]), f('Months as a customer', months, months < 4 ? 'lower than 95 % of rows' : null), f('Monthly bill', `€ ${bill}`, bill > 85 ? 'higher than 96 % of rows' : null), f('Data used', `${Math.round(r() * 60)} GB`), f('Support calls, 90 days', calls, calls > 5 ? 'higher than 98 % of rows' : null), f('Dropped calls', `${Math.round(r() * 60) / 10} %`), f('Late payments', Math.floor(r() * 3)), f('Contract ends in', `${Math.floor(r() * 700)} days`), i % 4 ? f('Would recommend us', Math.floor(r() * 11)) : f('Would recommend us', '', null, true)];
    return { truth, content: { type: 'table', fields } };
  });
}

function digits(n) {
  const r = random(11);
  return Array.from({ length: n }, (_, i) => ({ truth: String(Math.floor(r() * 10)), content: { type: 'image', url: '', width: 8, height: 8, name: `digit-${i}.png` } }));
}

function intents(n) {
  const r = random(13);
  const a = ['card', 'transfer', 'top up', 'exchange', 'refund', 'account', 'PIN', 'cash'], b = ['declined', 'delayed', 'fee charged', 'not recognized', 'limits', 'how to'];
  const names = a.flatMap((x) => b.map((y) => `${x} ${y}`));
  return { names, items: Array.from({ length: n }, () => { const truth = names[Math.floor(r() * names.length)]; return { truth, content: { type: 'text', text: `Hello, a question about my ${truth.split(' ')[0]}: it says “${truth}”. What now?` } }; }) };
}

function vectors(n) {
  const r = random(17);
  return Array.from({ length: n }, () => ({ truth: r() < 0.5 ? 'yes' : 'no', content: { type: 'vector', values: Array.from({ length: 64 }, () => Math.round((r() - 0.5) * 1000) / 1000), length: 384 } }));
}

export function contents() {
  const many = intents(600);
  return [
    { id: 'mail', name: 'Support inbox, autumn', kind: 'text', classes: Object.keys(THEMES), items: text(1200) },
    { id: 'films', name: 'Chest X-rays, March', kind: 'image', classes: ['Normal', 'Pneumonia', 'Effusion', 'Pneumothorax'], items: image(4812) },
    { id: 'churn', name: 'Mobile churn, Q4', kind: 'table', classes: ['At risk', 'Safe', 'Not a real customer'], items: table(900) },
    { id: 'digits', name: 'digits', kind: 'image', classes: [...'0123456789'], items: digits(1500) },
    { id: 'intents', name: 'Bank questions', kind: 'text', classes: many.names, items: many.items },
    { id: 'vectors', name: 'Vectors', kind: 'vector', classes: ['yes', 'no'], items: vectors(200) },
    { id: 'tiny', name: 'Tiny', kind: 'text', classes: ['a', 'b'], items: text(4) },
  ];
}

const SEGMENTS = ['1110111', '0010010', '1011101', '1011011', '0111010', '1101011', '1101111', '1010010', '1111111', '1111011'];

/** A drawing that stands for an image file. */
export function drawing(project, index, truth, small) {
  const r = random(index + 99);
  if (project === 'digits') {
    const on = SEGMENTS[Number(truth)], at = [[2, 1, 4, 1], [2, 1, 1, 3], [5, 1, 1, 3], [2, 3, 4, 1], [2, 4, 1, 3], [5, 4, 1, 3], [2, 6, 4, 1]];
    return svg(8, '#000', at.map(([x, y, w, h], i) => (on[i] === '1' ? `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="#fff" opacity="${0.6 + r() * 0.4}"/>` : '')).join(''));
  }
  const blob = (x, y, rx, ry, o, c) => `<ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" fill="${c}" opacity="${o}"${small ? '' : ' filter="url(#b)"'}/>`;
  const shade = { Normal: '', Pneumonia: blob(170 + r() * 20, 270, 46, 38, 0.5, '#ccc'), Effusion: blob(330, 360, 70, 50, 0.75, '#ddd'), Pneumothorax: blob(150, 190, 40, 90, 0.8, '#000') }[truth];
  return svg(480, '#0b0c0d', `${small ? '' : '<filter id="b"><feGaussianBlur stdDeviation="14"/></filter>'}${blob(240, 260, 200, 220, 0.7, '#8a8a8a')}${blob(155, 240, 62, 130, 0.85, '#1a1a1a')}${blob(325, 240, 62, 130, 0.85, '#1a1a1a')}${blob(240, 240, 22, 220, 0.6, '#e0e0e0')}${blob(265, 300, 52, 60, 0.6, '#cfcfcf')}${shade}<text x="30" y="452" fill="#ddd" font-size="20" font-family="monospace">R</text>`);
}

const svg = (size, back, inner) => `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${size} ${size}"><rect width="${size}" height="${size}" fill="${back}"/>${inner}</svg>`;
