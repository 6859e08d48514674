// A bar chart of the last numbers that fit, newest at the right, with labels at the left, and a line where messages were lost.

const STEP = 10;
const BAR_WIDTH = 7;
const MAX_NUMBER = 10;
const LABELS_WIDTH = 28;
const GAP = null;

/** Draws on a canvas; `add` takes the next number, and `gap` marks lost messages. */
export function trace(canvas) {
  const shown = [];

  function draw() {
    const { clientWidth: width, clientHeight: height } = canvas;
    const scale = devicePixelRatio;
    canvas.width = width * scale; // also clears the canvas
    canvas.height = height * scale;
    const pen = canvas.getContext('2d');
    const style = getComputedStyle(canvas);
    pen.scale(scale, scale);
    pen.strokeStyle = style.borderTopColor;
    pen.font = `${style.fontSize} ${style.fontFamily}`;
    pen.textAlign = 'right';
    for (const level of [0, MAX_NUMBER / 2, MAX_NUMBER]) {
      const y = 0.5 + Math.round((1 - level / MAX_NUMBER) * (height - 1));
      line(pen, LABELS_WIDTH, width, y);
      pen.fillStyle = style.caretColor;
      pen.textBaseline = { 0: 'bottom', [MAX_NUMBER]: 'top' }[level] ?? 'middle';
      pen.fillText(level, LABELS_WIDTH - 8, y);
    }
    shown.slice(-Math.floor((width - LABELS_WIDTH) / STEP)).reverse().forEach((number, index) => {
      const x = width - (index + 1) * STEP;
      pen.globalAlpha = Math.max(0.25, 1 - (index * STEP) / width);
      pen.fillStyle = number === GAP ? style.outlineColor : style.color;
      if (number === GAP) {
        pen.fillRect(x + 3, 0, 2, height);
      } else {
        const barHeight = Math.max(2, (number / MAX_NUMBER) * height);
        pen.fillRect(x, height - barHeight, BAR_WIDTH, barHeight);
      }
    });
  }

  function push(value) {
    shown.push(value);
    if (shown.length > 400) shown.shift();
    requestAnimationFrame(draw);
  }

  new ResizeObserver(draw).observe(canvas);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  return {
    add: number => { if (Number.isFinite(number)) push(Math.min(Math.max(number, 0), MAX_NUMBER)); },
    gap: () => push(GAP),
  };
}

function line(pen, from, to, y) {
  pen.beginPath();
  pen.moveTo(from, y);
  pen.lineTo(to, y);
  pen.stroke();
}
