#![allow(clippy::unwrap_used)]
use super::*;
use crate::desktop::Clipboard;
use proptest::{collection::vec, prelude::*};

fn leds() -> impl Strategy<Value = Leds> {
    any::<[bool; 3]>().prop_map(|[scroll, num, caps]| Leds { scroll, num, caps })
}

fn cursors() -> impl Strategy<Value = Cursor> {
    prop_oneof![
        Just(Cursor::Usual),
        Just(Cursor::Hidden),
        (1..20_u16, 1..20_u16, any::<(u16, u16)>()).prop_map(|(width, height, hotspot)| {
            let size = Size { width, height };
            Cursor::Picture { size, hotspot, rgba: vec![7; size.pixels() * 4].into() }
        }),
    ]
}

fn to_viewer() -> impl Strategy<Value = ToDesktopViewer> {
    use ToDesktopViewer as To;
    let frame = (any::<(u16, u16)>(), 1..30_u16, 1..30_u16, any::<u8>(), any::<bool>());
    prop_oneof![
        any::<(u16, u16)>().prop_map(|(width, height)| To::Resized(Size { width, height })),
        frame.prop_map(|((x, y), width, height, colour, packed)| {
            let rect = Rect { x, y, width, height };
            let raw = Bytes::from(vec![colour; rect.pixels() * 4]);
            let pixels = if packed { Pixels::pack(raw) } else { Pixels::Raw(raw) };
            To::Frame { rect, pixels }
        }),
        any::<u32>().prop_map(To::FrameEnd),
        cursors().prop_map(To::Cursor),
        any::<(u16, u16)>().prop_map(|(x, y)| To::PointerMoved { x, y }),
        "\\PC{0,100}".prop_map(To::Clipboard),
        Just(To::Picture),
        vec((any::<u32>(), any::<(u16, u16, u16, u16)>()), 0..MOST_MONITORS).prop_map(|all| {
            let monitor =
                |(id, (x, y, width, height))| Monitor { id, area: Rect::new(x, y, width, height) };
            To::Monitors(all.into_iter().map(monitor).collect())
        }),
        (1..30_u16, 1..30_u16).prop_map(|(width, height)| {
            let size = Size { width, height };
            To::Thumbnail { size, rgba: vec![5; size.pixels() * 4].into() }
        }),
        (any::<u32>(), vec(any::<u32>(), 0..50)).prop_map(|(rate, samples)| To::Audio(Audio {
            rate,
            channels: 2,
            samples: samples.into_iter().flat_map(u32::to_le_bytes).collect(),
        })),
        Just(To::Bell),
        leds().prop_map(To::Leds),
        "\\PC{0,40}".prop_map(To::Title),
        any::<u32>().prop_map(To::Latency),
        "\\PC{0,40}".prop_map(To::Quality),
        any::<[bool; 4]>().prop_map(|[resize, text, clipboard, files]| To::Abilities {
            resize,
            text,
            clipboard,
            files
        }),
        Just(To::End),
    ]
}

fn inputs() -> impl Strategy<Value = DesktopInput> {
    use DesktopInput as In;
    let buttons = any::<[bool; 5]>().prop_map(|[left, middle, right, back, forward]| Buttons {
        left,
        middle,
        right,
        back,
        forward,
    });
    prop_oneof![
        (any::<(u16, u16)>(), buttons).prop_map(|((x, y), buttons)| In::Pointer { x, y, buttons }),
        (any::<(u16, u16)>(), any::<(i16, i16)>()).prop_map(|((x, y), (across, y2))| In::Wheel {
            x,
            y,
            wheel: Wheel { x: across, y: y2 }
        }),
        any::<(u32, u16, bool)>().prop_map(|(keysym, scancode, down)| In::Key(Key {
            keysym,
            scancode,
            down
        })),
        "\\PC{0,100}".prop_map(In::Text),
        "\\PC{0,100}".prop_map(|text| In::Clipboard(Clipboard::Text(text))),
        (1..u16::MAX, 1..u16::MAX, 50..=500_u16)
            .prop_map(|(width, height, scale)| In::Resize { size: Size { width, height }, scale }),
        any::<bool>().prop_map(In::Focus),
        leds().prop_map(In::Leds),
        proptest::option::of(0..10_u8).prop_map(In::Quality),
    ]
}

fn from_viewer() -> impl Strategy<Value = FromDesktopViewer> {
    prop_oneof![
        8 => inputs().prop_map(FromDesktopViewer::Input),
        1 => any::<u32>().prop_map(FromDesktopViewer::Ack),
        1 => any::<bool>().prop_map(FromDesktopViewer::Shown),
        1 => any::<bool>().prop_map(FromDesktopViewer::Packed),
        1 => Just(FromDesktopViewer::Again),
        1 => (1..=MAX_THUMBNAIL, 1..=MAX_THUMBNAIL)
            .prop_map(|(width, height)| FromDesktopViewer::Thumbnail(Size { width, height })),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read(message in to_viewer()) {
        prop_assert_eq!(ToDesktopViewer::decode(message.encode()), Ok(message));
    }

    #[test]
    fn what_a_viewer_writes_is_read(message in from_viewer()) {
        prop_assert_eq!(FromDesktopViewer::decode(message.encode().unwrap()), Ok(message));
    }

    #[test]
    fn garbage_is_refused_or_means_itself(kind in any::<u8>(), body in vec(any::<u8>(), 0..200)) {
        let mut bytes = vec![kind];
        bytes.extend(body);
        let bytes = Bytes::from(bytes);
        if let Ok(message) = ToDesktopViewer::decode(bytes.clone()) {
            prop_assert_eq!(message.encode(), &bytes);
        }
        if let Ok(message) = FromDesktopViewer::decode(bytes.clone()) {
            prop_assert_eq!(message.encode().unwrap(), &bytes);
        }
    }

    #[test]
    fn packed_pixels_come_back(raw in vec(any::<u8>(), 400), same in any::<bool>()) {
        let raw = Bytes::from(if same { vec![3; 400] } else { raw });
        let pixels = Pixels::pack(raw.clone());
        prop_assert_eq!(matches!(pixels, Pixels::Zlib(_)), same);
        prop_assert_eq!(pixels.clone().unpack(Rect::new(5, 5, 10, 10)), Ok(raw));
        prop_assert!(pixels.unpack(Rect::new(0, 0, 10, 9)).is_err());
    }
}

#[test]
fn the_bytes_are_those_of_the_description() {
    let frame = ToDesktopViewer::Frame {
        rect: Rect::new(1, 2, 1, 1),
        pixels: Pixels::Raw(Bytes::from_static(&[9, 8, 7, 255])),
    };
    assert_eq!(&frame.encode()[..], [0x11, 0, 1, 0, 2, 0, 1, 0, 1, 0, 9, 8, 7, 255]);
    let key = DesktopInput::Key(Key { keysym: 0xFF0D, scancode: 0x1C, down: true });
    let key = FromDesktopViewer::Input(key).encode().unwrap();
    assert_eq!(&key[..], [0x92, 0x0D, 0xFF, 0, 0, 0x1C, 0, 1]);
    let buttons = Buttons { right: true, ..Buttons::default() };
    let pointer = DesktopInput::Pointer { x: 0x102, y: 3, buttons };
    let pointer = FromDesktopViewer::Input(pointer).encode().unwrap();
    assert_eq!(&pointer[..], [0x90, 2, 1, 3, 0, 4]);
}

#[test]
fn the_limits_hold() {
    let mut long = vec![TEXT];
    long.resize(MAX_TYPED + 2, b'a');
    assert_eq!(FromDesktopViewer::decode(long.into()), Err(CodecError::Length(TEXT)));
    let mut huge = vec![FRAME, ZLIB, 0, 0, 0, 0, 255, 255, 255, 255];
    let decoded = ToDesktopViewer::decode(huge.clone().into()).unwrap();
    let ToDesktopViewer::Frame { rect, pixels } = decoded else { unreachable!("a frame") };
    assert_eq!(pixels.unpack(rect), Err(CodecError::Value(FRAME)), "a bomb is not unpacked");
    huge.resize(MAX_PART + 11, 0);
    assert_eq!(ToDesktopViewer::decode(huge.into()), Err(CodecError::Length(FRAME)));
    let nothing = vec![WANTED, 0, 0, 5, 0, 100, 0];
    assert_eq!(FromDesktopViewer::decode(nothing.into()), Err(CodecError::Value(WANTED)));
}
