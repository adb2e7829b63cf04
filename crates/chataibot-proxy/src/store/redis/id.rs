//! The ids of conversations and sends in Redis: `<epoch>-<number>`, never reused after a flush.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::{ConversationId, SendId};

pub(super) fn parse(id: &str) -> Option<i64> {
    let (epoch, number) = id.split_once('-')?;
    let (epoch, number): (u32, u32) = (epoch.parse().ok()?, number.parse().ok()?);
    Some((u64::from(epoch) << 32 | u64::from(number)).cast_signed())
}

pub(super) fn format(number: i64) -> String {
    let number = number.cast_unsigned();
    format!("{}-{}", number >> 32, number & u64::from(u32::MAX))
}

macro_rules! written_as_in_redis {
    ($($id:ident: $new:path, $number:expr;)+) => {$(
        impl Serialize for $id {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&format($number(*self)))
            }
        }

        impl<'de> Deserialize<'de> for $id {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let id = String::deserialize(deserializer)?;
                parse(&id).map($new).ok_or_else(|| D::Error::custom("not an id"))
            }
        }
    )+};
}

written_as_in_redis! {
    ConversationId: ConversationId::new, ConversationId::row;
    SendId: SendId, |id: SendId| id.0;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_number_and_back() {
        for text in ["1-1", "1764075569-4711", "4294967295-4294967295"] {
            assert_eq!(format(parse(text).expect("an id")), text);
        }
        for bad in ["", "1", "1-", "-1", "1-4294967296", "a-1"] {
            assert!(parse(bad).is_none(), "{bad}");
        }
    }
}
