//! JSON by the browser: `JSON.parse` and `JSON.stringify`, with serde on top.
//!
//! [`JsDeserializer`] reads the values; it knows only what `JSON.parse` produces.
//! `serde_wasm_bindgen` reads every kind of JavaScript value and words every error. Those messages
//! alone, with the numbers in them, are a tenth of the whole WASM, and nobody would see them: what
//! cannot be read is requested again.

use std::fmt::Display;

use js_sys::{Array, JSON, Number, Object, Reflect};
use serde::de::value::U32Deserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer, SeqAccess, VariantAccess,
    Visitor,
};
use serde::{Serialize, forward_to_deserialize_any};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::{JsCast, JsValue};

/// Parses a value from JSON text; `None` if that fails.
pub fn parse<T: DeserializeOwned>(text: &str) -> Option<T> {
    from_js(JSON::parse(text).ok()?)
}

/// Deserialises a value from what `JSON.parse` returned.
pub fn from_js<T: DeserializeOwned>(value: JsValue) -> Option<T> {
    T::deserialize(JsDeserializer(value)).ok()
}

/// Returns a field of an object; `undefined` if there is none.
pub fn field(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &JsValue::from_str(name)).unwrap_or_default()
}

/// Serialises a value as JSON text; `None` only for values that JSON cannot hold.
pub fn stringify<T: Serialize>(value: &T) -> Option<String> {
    let value = value.serialize(&Serializer::json_compatible()).ok()?;
    JSON::stringify(&value).ok()?.as_string()
}

/// The value has another shape than expected.
#[derive(Debug)]
pub struct DecodeError;

impl Error for DecodeError {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

impl std::error::Error for DecodeError {}

impl Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("another shape")
    }
}

/// A value to deserialise.
pub struct JsDeserializer(pub JsValue);

impl JsDeserializer {
    fn as_whole_number(&self) -> Result<i64, DecodeError> {
        let number = self.0.as_f64().filter(|_| Number::is_safe_integer(&self.0));
        number.map(|number| number as i64).ok_or(DecodeError)
    }

    fn is_nullish(&self) -> bool {
        self.0.is_null() || self.0.is_undefined()
    }
}

fn string_of(value: &JsValue) -> Result<String, DecodeError> {
    value.as_string().ok_or(DecodeError)
}

impl<'de> Deserializer<'de> for JsDeserializer {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.as_whole_number() {
            Ok(number) => visitor.visit_i64(number),
            Err(DecodeError) => visitor.visit_string(string_of(&self.0)?),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_bool(self.0.as_bool().ok_or(DecodeError)?)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_u64(u64::try_from(self.as_whole_number()?).map_err(|_| DecodeError)?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_f64(self.0.as_f64().ok_or(DecodeError)?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_string(string_of(&self.0)?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.is_nullish() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_seq(Items { array: self.0.dyn_into().map_err(|_| DecodeError)?, next: 0 })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if !self.0.is_object() {
            return Err(DecodeError);
        }
        visitor.visit_seq(Fields { object: self.0, fields: fields.iter() })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_enum(Variant::new(self.0, variants)?)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u128 f32 char bytes byte_buf unit unit_struct tuple tuple_struct map identifier
    }
}

struct Items {
    array: Array,
    next: u32,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, DecodeError> {
        if self.next >= self.array.length() {
            return Ok(None);
        }
        self.next += 1;
        seed.deserialize(JsDeserializer(self.array.get(self.next - 1))).map(Some)
    }
}

/// The fields of an object, in the order of the struct: reading them by name takes serde three
/// times the code. For a missing field serde uses the default, or fails.
struct Fields {
    object: JsValue,
    fields: std::slice::Iter<'static, &'static str>,
}

impl Fields {
    fn next(&mut self) -> Option<JsDeserializer> {
        let value = Reflect::get(&self.object, &JsValue::from_str(self.fields.next()?)).ok()?;
        (!value.is_undefined()).then_some(JsDeserializer(value))
    }
}

impl<'de> SeqAccess<'de> for Fields {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, DecodeError> {
        self.next().map(|field| seed.deserialize(field)).transpose()
    }
}

/// An enum variant: `"name"`, or `{"name": content}`.
struct Variant {
    index: u32,
    content: JsValue,
}

impl Variant {
    #[inline(never)]
    fn new(value: JsValue, variants: &[&str]) -> Result<Self, DecodeError> {
        let (name, content) = match value.dyn_ref::<Object>() {
            None => (value, JsValue::UNDEFINED),
            Some(object) => {
                let entries = Object::entries(object);
                let entry: Array = entries.get(0).unchecked_into();
                if entries.length() != 1 {
                    return Err(DecodeError);
                }
                (entry.get(0), entry.get(1))
            }
        };
        let name = string_of(&name)?;
        let index = variants.iter().position(|variant| *variant == name).ok_or(DecodeError)?;
        Ok(Self { index: u32::try_from(index).map_err(|_| DecodeError)?, content })
    }
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = DecodeError;
    type Variant = JsDeserializer;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, JsDeserializer), DecodeError> {
        let index: U32Deserializer<DecodeError> = self.index.into_deserializer();
        Ok((seed.deserialize(index)?, JsDeserializer(self.content)))
    }
}

impl<'de> VariantAccess<'de> for JsDeserializer {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        if self.is_nullish() { Ok(()) } else { Err(DecodeError) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, DecodeError> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.deserialize_struct("", fields, visitor)
    }
}
