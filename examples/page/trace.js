// The last numbers as bars, newest at the right.

const KEPT = 120;
const HIGHEST = 10;

/** Draws on a canvas; `add` takes the next number. */
export function trace(canvas) {
  const numbers = [];

  function draw() {
    const pen = canvas.getContext('2d');
    const style = getComputedStyle(canvas);
    const step = canvas.width / KEPT;
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = style.getPropertyValue('color');
    numbers.forEach((number, index) => {
      const height = Math.max(2, (number / HIGHEST) * canvas.height);
      pen.globalAlpha = 0.25 + (0.75 * (index + KEPT - numbers.length)) / KEPT;
      pen.fillRect(canvas.width - (numbers.length - index) * step, canvas.height - height, step - 2, height);
    });
  }

  return {
    add(number) {
      numbers.push(number);
      if (numbers.length > KEPT) numbers.shift();
      requestAnimationFrame(draw);
    },
  };
}
