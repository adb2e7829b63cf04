//! Ordered map of names to texts: in insertion order, or sorted by name after deserialization. The
//! program holds few pairs, and a list costs it less code than a tree.

use std::{collections::BTreeMap, fmt};

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An ordered map of unique names to texts, serialized as an object.
///
/// ```
/// use chataibot_wire::Pairs;
///
/// let pairs: Pairs = serde_json::from_str(r#"{"plan":"pro","cart":"3"}"#)?;
/// assert_eq!(pairs.get("plan"), Some("pro"));
/// serde_json::from_str::<Pairs>(r#"{"plan":"pro","plan":"free"}"#).expect_err("a name that stands twice");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Returns the text of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    /// Replaces the text of this name, or appends the pair.
    pub fn insert(&mut self, name: String, text: String) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = text,
            None => self.0.push((name, text)),
        }
    }

    /// Iterates over the pairs in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// Number of pairs.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no pairs.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(String, String)> for Pairs {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(pairs: T) -> Self {
        let mut all = Self::default();
        pairs.into_iter().for_each(|(name, text)| all.insert(name, text));
        all
    }
}

impl Serialize for Pairs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// Rejects duplicate names, because two readers could take different ones.
impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Pairs;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("names and texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
        // A tree finds duplicates in a long list of an untrusted sender in time.
        let mut sorted = BTreeMap::new();
        while let Some((name, text)) = map.next_entry::<String, String>()? {
            if sorted.insert(name, text).is_some() {
                return Err(A::Error::custom("a name stands twice"));
            }
        }
        Ok(Pairs(sorted.into_iter().collect()))
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Pairs {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Pairs".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "Names and texts.",
            "type": "object",
            "additionalProperties": { "type": "string" },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_an_object_in_json_and_keep_their_order() {
        let mut pairs: Pairs =
            [("plan", "pro"), ("a", "1")].map(|(a, b)| (a.to_owned(), b.to_owned())).into_iter().collect();
        assert_eq!(serde_json::to_string(&pairs).expect("JSON"), r#"{"plan":"pro","a":"1"}"#);
        pairs.insert("plan".to_owned(), "free".to_owned());
        assert_eq!(pairs.iter().collect::<Vec<_>>(), [("plan", "free"), ("a", "1")]);
        assert_eq!((pairs.get("a"), pairs.get("b"), pairs.len()), (Some("1"), None, 2));
        let read: Pairs = serde_json::from_str(r#"{"b":"2","a":"1"}"#).expect("pairs");
        assert_eq!(read.iter().collect::<Vec<_>>(), [("a", "1"), ("b", "2")]);
        assert!(serde_json::from_str::<Pairs>(r#"{"b":"2","a":"0","a":"1"}"#).is_err());
    }
}
