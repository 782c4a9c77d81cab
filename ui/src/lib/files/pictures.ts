/** Pictures among files. */

import type { FileEntry, PictureFormat } from '$lib/host';

const ENDING = /\.(png|apng|jpe?g|jfif|gif|webp|bmp|ico|svg)$/i;

/** As a browser is told of them. */
export const MEDIA_TYPES: Record<PictureFormat, string> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
  ico: 'image/x-icon',
  svg: 'image/svg+xml',
};

/** Whether its name says that it is a picture. */
export function isPicture({ name, kind, end }: FileEntry): boolean {
  return (kind === 'file' || (kind === 'link' && end === 'file')) && ENDING.test(name);
}

/** The picture so many places on, around the ends; the same one if it is the only one. */
export function stepPicture(rows: readonly FileEntry[], from: FileEntry, by: number): FileEntry {
  const pictures = rows.filter(isPicture);
  const at = pictures.findIndex(({ name }) => name === from.name);
  return pictures.at((at + by) % Math.max(1, pictures.length)) ?? from;
}
