//! Erasure of all data about one visitor, in one call. What Redis has already written to disk is
//! gone when it next rewrites its append-only file.

use serde_json::{Value, json};

use super::{Redis, parse_id, unreadable};
use crate::{
    ids::{ConversationId, FamilyId, VisitorId},
    store::{Result, erase::Erased},
};

impl Redis {
    pub async fn erase_visitor(&self, visitor: VisitorId) -> Result<Erased> {
        let listed = self.inner.call::<Value>("erase_visitor", json!({ "visitor": visitor.as_str() })).await?.rest;
        let mut erased = Erased::default();
        for what in listed {
            match what.split_once(':') {
                Some(("conversation", id)) => erased.conversations.push(ConversationId::new(parse_id(id)?)),
                Some(("family", id)) => {
                    erased.families.push(FamilyId::parse(id).ok_or_else(|| unreadable("erase_visitor"))?);
                }
                Some(("file", id)) => erased.files.push(id.to_owned()),
                Some(_) | None => return Err(unreadable("erase_visitor")),
            }
        }
        erased.conversations.sort();
        Ok(erased)
    }
}
