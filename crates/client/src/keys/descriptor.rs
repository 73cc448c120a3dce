//! What a HID device says of itself in its report descriptor, and the kernel of it in its id.

/// FIDO's usage page (CTAP 2.3 §11.2.8).
pub(crate) const FIDO: u16 = 0xF1D0;

/// Bus, vendor and product of `0003:00001050:00000407`, which is the HID_ID of a uevent on Linux.
#[must_use]
pub fn hid_numbers(id: &str) -> Option<(u16, u16, u16)> {
    let mut numbers = id.split(':').map(|it| u32::from_str_radix(it, 16).ok());
    let mut next = || u16::try_from(numbers.next()??).ok();
    Some((next()?, next()?, next()?))
}

/// Whether a report descriptor has a top-level collection of FIDO's usage page (HID 1.11 §6.2.2).
#[must_use]
pub fn is_fido(descriptor: &[u8]) -> bool {
    let (mut page, mut usage_page, mut depth) = (0u32, None, 0u32);
    let mut rest = descriptor;
    while let Some((prefix, after)) = rest.split_first() {
        const LONG: u8 = 0xFE;
        let (length, head) = match (*prefix, after) {
            (LONG, [length, ..]) => (usize::from(*length), 2),
            (prefix, _) => ([0, 1, 2, 4][usize::from(prefix & 3)], 0),
        };
        let Some(data) = after.get(head..head + length) else {
            return false;
        };
        rest = &after[head + length..];
        let bytes = data.iter().rev().take(4);
        let value = bytes.fold(0u32, |value, byte| (value << 8) | u32::from(*byte));
        match prefix & 0xFC {
            0x04 => page = value,
            // A usage of four bytes brings its own page; the first of several names the collection.
            0x08 if length == 4 => usage_page = usage_page.or(Some(value >> 16)),
            0xA0 => {
                if depth == 0 && usage_page.unwrap_or(page) == u32::from(FIDO) {
                    return true;
                }
                depth += 1;
                usage_page = None;
            }
            0xC0 => depth = depth.saturating_sub(1),
            0x80 | 0x90 | 0xB0 => usage_page = None,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_device_are_read_from_its_id() {
        assert_eq!(
            hid_numbers("0003:00001050:00000407"),
            Some((3, 0x1050, 0x0407))
        );
        for text in ["", "0003", "0003:1050", "0003:x:y", "0003:00011050:0407"] {
            assert_eq!(hid_numbers(text), None, "{text}");
        }
    }

    #[test]
    fn bytes_that_look_like_fidos_page_are_none() {
        let collection = [0xA1, 0x01, 0xC0];
        let with = |items: &[u8]| is_fido(&[items, &collection].concat());
        assert!(with(&[0x06, 0xD0, 0xF1, 0x09, 0x01]));
        assert!(
            with(&[0x07, 0xD0, 0xF1, 0x00, 0x00, 0x09, 0x01]),
            "the page in four bytes is the same page"
        );
        assert!(
            !with(&[0x26, 0x06, 0xD0, 0x26, 0xD0, 0xF1]),
            "the bytes of a maximum are no page"
        );
        assert!(
            !with(&[0x0A, 0xD0, 0xF1]),
            "a usage of that number is no page"
        );
        assert!(
            !is_fido(&[0x06, 0xD0, 0xF1]),
            "a page alone is no collection"
        );
        for cut_short in [&[0xFE][..], &[0xFE, 0xFF, 0x00, 0x06, 0xD0, 0xF1]] {
            assert!(!is_fido(cut_short));
        }
    }
}
