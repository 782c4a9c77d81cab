// Which of the usual typefaces for terminals this computer has.

const USUAL = [
  'Cascadia Code',
  'Cascadia Mono',
  'Consolas',
  'DejaVu Sans Mono',
  'Fira Code',
  'Fira Mono',
  'Hack',
  'IBM Plex Mono',
  'Inconsolata',
  'Iosevka',
  'Liberation Mono',
  'Menlo',
  'Monaco',
  'Noto Sans Mono',
  'Roboto Mono',
  'SF Mono',
  'Source Code Pro',
  'Ubuntu Mono',
];

const SHIPPED = 'JetBrains Mono';
/** Letters whose widths differ much between typefaces. */
const SAMPLE = 'mmmmmmmmmmlli10Ogq@#';

/** A typeface is there when text is drawn otherwise with it than without it, over two different stand-ins. */
export function installed(measure = canvasWidth()): string[] {
  const has = (font: string): boolean =>
    ['serif', 'sans-serif'].every((other) => measure(`"${font}", ${other}`) !== measure(other));
  return [SHIPPED, ...USUAL.filter(has)];
}

function canvasWidth(): (family: string) => number {
  const context = document.createElement('canvas').getContext('2d');
  return (family) => {
    if (!context) return 0;
    context.font = `64px ${family}`;
    return context.measureText(SAMPLE).width;
  };
}
