// Notes when which frame was painted, until the last one was, and tells the last argument. A frame's number is the colour of its first
// pixel. What is noted of: the product's own canvas ('ours'), whole pictures from a socket ('full'), or the same damage put there from
// memory at the same pace ('memory'; the first moment is when that began).
const [what, from, last, port, [x, y, width, height], mark, done] = arguments;
const { putImageData } = CanvasRenderingContext2D.prototype;
const { requestAnimationFrame } = window;
const nextFrame = (work) => requestAnimationFrame.call(window, work);
const shown = [];
let inFrame = false;

// One channel for all: WebKit forgets one that nobody holds, with what it carries.
const channel = (window.framePath = new MessageChannel());
const waiting = [];
channel.port1.onmessage = () => waiting.shift()();

/** The task after a frame's own work runs once that frame was handed to the compositor. */
function painted(then) {
  const after = () => {
    waiting.push(then);
    channel.port2.postMessage(null);
  };
  if (inFrame) after();
  else nextFrame(after);
}

const numberOf = (data) => (data[2] === mark ? data[0] + 256 * data[1] : -1);

function note(number) {
  painted(() => {
    shown.push([number, Date.now()]);
    if (number >= last) finish();
  });
}

let finish = () => done(shown);

/** A canvas in the place of the product's. */
function seat() {
  const ours = document.querySelector('[data-testid=desktop]');
  const canvas = document.createElement('canvas');
  canvas.width = ours.width;
  canvas.height = ours.height;
  canvas.style.cssText = 'position:absolute;inset:0';
  ours.after(canvas);
  const leave = finish;
  finish = () => {
    canvas.remove();
    leave();
  };
  return canvas.getContext('2d', ours.getContext('2d').getContextAttributes());
}

if (what === 'ours') {
  window.requestAnimationFrame = (work) =>
    nextFrame((time) => {
      inFrame = true;
      try {
        work(time);
      } finally {
        inFrame = false;
      }
    });
  CanvasRenderingContext2D.prototype.putImageData = function (image, left, top) {
    putImageData.call(this, image, left, top);
    const number = numberOf(image.data);
    // A frame may come in parts, of which the lower ones are no older.
    if (number > from && left === x && top === y) note(number);
  };
  const leave = finish;
  finish = () => {
    window.requestAnimationFrame = requestAnimationFrame;
    CanvasRenderingContext2D.prototype.putImageData = putImageData;
    leave();
  };
} else if (what === 'full') {
  const context = seat();
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }) => {
    const image = new ImageData(new Uint8ClampedArray(data), context.canvas.width);
    context.putImageData(image, 0, 0);
    note(numberOf(image.data));
    nextFrame(() => socket.send('seen'));
  };
} else {
  const context = seat();
  const image = new ImageData(width, height);
  const start = performance.now();
  shown.push([0, Date.now()]);
  /** Puts the frame that is due, and waits for the display before the next. */
  const turn = () => {
    const due = 1 + Math.floor(((performance.now() - start) * 60) / 1000);
    const number = Math.min(due, last);
    image.data.fill(number % 256);
    context.putImageData(image, x, y);
    note(number);
    if (number === last) return;
    nextFrame(() => setTimeout(turn, start + (number * 1000) / 60 - performance.now()));
  };
  turn();
}
