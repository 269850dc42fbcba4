'use strict';

const TEXTS = {
  en: {
    input: 'Picture',
    drop: 'Drop a picture here, paste one, or choose a file',
    draw: 'Or draw a digit. By keyboard: arrow keys move, space holds and lifts the pen, Delete clears.',
    clear: 'Clear',
    output: 'Answer',
    waiting: 'No picture yet.',
    working: 'Asking the model…',
    latency: (server, all) => `${server} ms in the server, ${all} ms in all`,
    inverted: 'Dark on light, so inverted.',
    offline: 'The server can’t be reached.',
    none: 'That holds no picture.',
    about: (m) => `${m.name} · ${m.labels.length} classes · ${m.engine}`,
  },
  zh: {
    input: '图片',
    drop: '将图片拖到这里、粘贴，或选择文件',
    draw: '也可以手写一个数字。键盘：方向键移动，空格键落笔或提笔，Delete 键清除。',
    clear: '清除',
    output: '识别结果',
    waiting: '还没有图片。',
    working: '正在识别……',
    latency: (server, all) => `服务器用时 ${server} 毫秒，总共 ${all} 毫秒`,
    inverted: '浅底深字，已反色。',
    offline: '无法连接服务器。',
    none: '其中没有图片。',
    about: (m) => `${m.name} · ${m.labels.length} 个类别 · ${m.engine}`,
  },
};

const get = (id) => document.getElementById(id);
let language = (navigator.language || 'en').toLowerCase().startsWith('zh') ? 'zh' : 'en';
let model = null;
let answer = null;
let status = 'waiting';
let asked = 0;

function texts() {
  return TEXTS[language];
}

function show() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll('[data-text]')) {
    element.textContent = texts()[element.dataset.text];
  }
  get('language').textContent = language === 'zh' ? 'English' : '中文';
  get('language').lang = language === 'zh' ? 'en' : 'zh';
  get('canvas').setAttribute('aria-label', texts().draw);
  if (model) {
    get('model').textContent = texts().about(model);
  }
  showAnswer();
}

function showAnswer() {
  const line = get('status');
  const known = texts()[status];
  line.textContent = status === 'done' ? (answer.inverted ? texts().inverted : '') : known || status;
  line.className = status === 'done' || status === 'waiting' || status === 'working' ? '' : 'error';
  const list = get('top');
  list.replaceChildren();
  get('latency').textContent = '';
  if (status !== 'done') {
    return;
  }
  for (const {class: name, confidence} of answer.top) {
    const item = document.createElement('li');
    const row = document.createElement('div');
    row.className = 'line';
    const label = document.createElement('span');
    label.className = 'name';
    label.textContent = name;
    const share = document.createElement('span');
    share.textContent = `${(100 * confidence).toFixed(1)} %`;
    row.append(label, share);
    const bar = document.createElement('meter');
    bar.max = 1;
    bar.value = confidence;
    bar.setAttribute('aria-hidden', 'true');
    item.append(row, bar);
    list.append(item);
  }
  get('latency').textContent = texts().latency(answer.milliseconds.toFixed(1), answer.all.toFixed(1));
}

async function ask(image) {
  const number = ++asked;
  status = 'working';
  showAnswer();
  const start = performance.now();
  let next;
  try {
    const response = await fetch('/predict?top_k=5', {method: 'POST', body: image,
      headers: {'Content-Type': image.type || 'application/octet-stream'}});
    const json = await response.json();
    next = response.ok ? 'done' : json.detail;
    if (number === asked && response.ok) {
      answer = {...json, all: performance.now() - start};
    }
  } catch (e) {
    next = 'offline';
  }
  // A later picture may have overtaken this one.
  if (number === asked) {
    status = next;
    showAnswer();
  }
}

function take(files) {
  const image = [...files].find((f) => f.type.startsWith('image/')) || files[0];
  if (!image) {
    asked++;
    status = 'none';
    showAnswer();
    return;
  }
  const picture = get('picture');
  URL.revokeObjectURL(picture.src);
  picture.src = URL.createObjectURL(image);
  picture.hidden = false;
  picture.onerror = () => { picture.hidden = true; };
  ask(image);
}

get('file').addEventListener('change', (e) => take(e.target.files));
document.addEventListener('paste', (e) => {
  if (e.clipboardData && e.clipboardData.files.length) {
    take(e.clipboardData.files);
  }
});
document.addEventListener('dragover', (e) => {
  e.preventDefault();
  get('drop').classList.add('over');
});
document.addEventListener('dragleave', () => get('drop').classList.remove('over'));
document.addEventListener('drop', (e) => {
  e.preventDefault();
  get('drop').classList.remove('over');
  take(e.dataTransfer.files);
});
get('language').addEventListener('click', () => {
  language = language === 'zh' ? 'en' : 'zh';
  show();
});

const canvas = get('canvas');
const pen = canvas.getContext('2d');
const at = {x: 140, y: 140, down: false};
let pixels = null;

function clear() {
  pen.fillStyle = '#000';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pixels = null;
}

function line(x, y) {
  pen.strokeStyle = '#fff';
  pen.lineWidth = 22;
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  pen.beginPath();
  pen.moveTo(at.x, at.y);
  // A line of no length would leave nothing, so a dot isn't quite one.
  pen.lineTo(x + 0.01, y);
  pen.stroke();
  at.x = x;
  at.y = y;
}

function drawn() {
  pixels = null;
  canvas.toBlob((blob) => ask(blob), 'image/png');
}

function place(e) {
  const box = canvas.getBoundingClientRect();
  return [(e.clientX - box.left) * canvas.width / box.width, (e.clientY - box.top) * canvas.height / box.height];
}

canvas.addEventListener('pointerdown', (e) => {
  canvas.setPointerCapture(e.pointerId);
  [at.x, at.y] = place(e);
  at.down = true;
  hideCursor();
  line(at.x, at.y);
});
canvas.addEventListener('pointermove', (e) => {
  if (at.down && e.buttons) {
    line(...place(e));
  }
});
canvas.addEventListener('pointerup', () => {
  at.down = false;
  drawn();
});
canvas.addEventListener('pointercancel', () => { at.down = false; });

// By keyboard: where the pen is, is drawn on top and taken off before anything else is.
function hideCursor() {
  if (pixels) {
    pen.putImageData(pixels, 0, 0);
    pixels = null;
  }
}

function showCursor() {
  hideCursor();
  pixels = pen.getImageData(0, 0, canvas.width, canvas.height);
  pen.strokeStyle = at.down ? '#f4c430' : '#7fcf9f';
  pen.lineWidth = 2;
  pen.beginPath();
  pen.arc(at.x, at.y, 12, 0, 2 * Math.PI);
  pen.stroke();
}

const STEPS = {ArrowLeft: [-10, 0], ArrowRight: [10, 0], ArrowUp: [0, -10], ArrowDown: [0, 10]};

canvas.addEventListener('keydown', (e) => {
  const step = STEPS[e.key];
  if (step) {
    const x = Math.max(15, Math.min(canvas.width - 15, at.x + step[0]));
    const y = Math.max(15, Math.min(canvas.height - 15, at.y + step[1]));
    hideCursor();
    if (at.down) {
      line(x, y);
    } else {
      at.x = x;
      at.y = y;
    }
    showCursor();
  } else if (e.key === ' ') {
    hideCursor();
    at.down = !at.down;
    if (at.down) {
      line(at.x, at.y);
    } else {
      drawn();
    }
    showCursor();
  } else if (e.key === 'Delete' || e.key === 'Backspace') {
    clear();
  } else {
    return;
  }
  e.preventDefault();
});
canvas.addEventListener('focus', () => { if (canvas.matches(':focus-visible')) showCursor(); });
canvas.addEventListener('blur', () => {
  hideCursor();
  at.down = false;
});
get('clear').addEventListener('click', clear);

clear();
show();
fetch('/model').then((r) => r.json()).then((m) => {
  model = m;
  get('drawing').hidden = !m.digits;
  show();
}).catch(() => {
  status = 'offline';
  showAnswer();
});
