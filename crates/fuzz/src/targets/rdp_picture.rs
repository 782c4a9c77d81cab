//! Pictures on the clipboard of an RDP server (`engine_rdp::dib`).

use patchbay_engine_rdp::dib::Picture;

/// What is read has as many pixels as it says, and stays what it is there and back.
pub(crate) fn run(data: &[u8]) -> bool {
    let read = [Picture::from_dib(data), Picture::from_png(data)];
    for picture in read.iter().flatten() {
        let pixels = u64::from(picture.width) * u64::from(picture.height);
        assert_eq!(u64::try_from(picture.rgba.len()), Ok(pixels * 4), "four bytes a pixel");
        let again = Picture::from_dib(&picture.to_dib());
        let shines = picture.rgba.iter().skip(3).step_by(4).any(|alpha| *alpha != 0);
        // A picture through which everything shines is taken for one that says nothing about it.
        assert!(!shines || again.as_ref() == Some(picture), "there and back");
        let png = picture.to_png().unwrap_or_default();
        assert!(Picture::from_png(&png).as_ref() == Some(picture), "there and back as PNG");
    }
    read.iter().any(Option::is_some)
}
