/** The browser's own decoding and encoding of images. */
import { PHOTO_MEDIA_TYPE } from "../forms/attachment";
import type { Darkroom } from "./shrink";

/** Draws on a canvas that is in no page. */
export const canvasDarkroom: Darkroom = {
  decode: (file) => createImageBitmap(file, { imageOrientation: "from-image" }),
  encode: async (image, { width, height }, quality) => {
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const pen = canvas.getContext("2d");
    if (pen === null) return null;
    // A transparent image would turn black in a JPEG.
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, width, height);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(image as ImageBitmap, 0, 0, width, height);
    return new Promise((resolve) => {
      canvas.toBlob(resolve, PHOTO_MEDIA_TYPE, quality);
    });
  },
};
