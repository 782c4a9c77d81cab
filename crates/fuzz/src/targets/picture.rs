//! Headers of pictures (`core::files::measure`): files of machines, before a webview decodes them.

use patchbay_core::files::measure;
use patchbay_model::PictureFormat;

/// A picture has a size unless it is drawn by numbers, and what follows its header does not change it.
pub(crate) fn run(data: &[u8]) -> bool {
    let Some(picture) = measure(data) else { return false };
    let sized = picture.width > 0 && picture.height > 0;
    assert_eq!(sized, picture.format != PictureFormat::Svg, "{picture:?}");
    if picture.format != PictureFormat::Ico {
        let longer = [data, b"\0\0\0\0".as_slice()].concat();
        let same = measure(&longer).map(|found| (found.width, found.height));
        // A null byte among the first of a text says that it is none.
        if picture.format != PictureFormat::Svg {
            assert_eq!(same, Some((picture.width, picture.height)));
        }
    }
    true
}
