//! `POST /token`: a visitor token for a browser, or a new one for an old one. Ours, not the
//! platform's.

use serde::{Deserialize, Serialize};

/// Body of `POST /token`. An empty object asks for a new visitor.
///
/// ```
/// use chataibot_wire::token::TokenRequest;
///
/// assert_eq!(serde_json::to_string(&TokenRequest::default())?, "{}");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TokenRequest {
    /// Which site, when one origin serves several; otherwise the `Origin` header picks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The renewal secret of the last answer. Without it a new visitor begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal: Option<String>,
    /// What the host site's server signed about its signed-in visitor. The visitor is that user
    /// from then on, also when renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
}

/// Body of `POST /token/end`: the visitor leaves this browser.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EndRequest {
    /// The renewal secret of the last answer.
    pub renewal: String,
    /// Also in every other browser.
    #[serde(default)]
    pub everywhere: bool,
}

/// Answer of `POST /token/end`, whether there was anything to end or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ended {
    /// `true`.
    pub ok: bool,
}

/// Answer of `POST /token`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TokenAnswer {
    /// `true`.
    pub ok: bool,
    /// The visitor token, sent as `Authorization: Bearer`. Opaque to the browser.
    pub token: String,
    /// Seconds until `token` ends, counted from this answer: the browser's own clock may be wrong.
    pub expires_in: u32,
    /// One-time secret for the next renewal: 64 lower-case hex characters.
    pub renewal: String,
    /// The visitor's id: 32 lower-case hex characters.
    pub visitor: String,
    /// What this site offers beside text messages. A proxy without any of it may leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<Features>,
}

/// What a site offers beside text messages. What is absent is off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Features {
    /// Visitors may send files: see [`file`](crate::file).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploads: Option<Uploads>,
    /// Answers may be sent typed: see [`typed`](crate::typed).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub typed_answers: bool,
}

/// Which files a site takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Uploads {
    /// Largest file, bytes.
    pub max_bytes: u32,
    /// MIME types, such as `image/png`; never a wildcard.
    pub types: Vec<String>,
}

impl std::fmt::Debug for TokenAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.debug_struct("TokenAnswer").field("visitor", &self.visitor).field("token", &"…").finish_non_exhaustive()
    }
}
