//! The `Idempotency-Key` of a start or a send: the widget's client message id.

/// A UUID of any version as text in lower case. The widget makes version 7, which sorts by time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 36
            && text.bytes().enumerate().all(|(at, byte)| match at {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            });
        fits.then(|| Self(text.to_owned()))
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_spelling() {
        assert!(IdempotencyKey::parse("018f5c3e-7a10-7c4e-9d1b-2f6a8b9c0d1e").is_some());
        for other in [
            "",
            "018F5C3E-7A10-7C4E-9D1B-2F6A8B9C0D1E",
            "018f5c3e7a107c4e9d1b2f6a8b9c0d1e",
            "{018f5c3e-7a10-7c4e-9d1b-2f6a8b9c0d1}",
            "018f5c3e-7a10-7c4e-9d1b-2f6a8b9c0d1e ",
            "018f5c3e-7a10-7c4e-9d1b-2f6a8b9c0d1é",
        ] {
            assert!(IdempotencyKey::parse(other).is_none(), "{other}");
        }
    }
}
