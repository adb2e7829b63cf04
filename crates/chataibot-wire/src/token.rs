//! `POST /token`: issues a visitor token to a browser, or renews it. `POST /token/end` revokes it.
//! Defined by this product, not by the platform.

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
    /// The site's name, if one origin serves several sites; otherwise the `Origin` header
    /// determines the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The renewal secret of the last answer. Without it the proxy creates a new visitor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal: Option<String>,
    /// The JWT in which the host site's server identifies its signed-in visitor. The visitor is
    /// that user from then on, also after a renewal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
}

/// Body of `POST /token/end`: the visitor leaves this browser.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EndRequest {
    /// The renewal secret of the last answer.
    pub renewal: String,
    /// Whether the visitor also leaves every other browser.
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
    /// What this site offers besides text messages. A proxy that offers none of it may leave it
    /// out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<Features>,
}

/// What a site offers besides text messages. An absent feature is off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Features {
    /// Visitors may send files: see [`file`](crate::file).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploads: Option<Uploads>,
    /// Visitors may send typed answers: see [`typed`](crate::typed).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub typed_answers: bool,
}

/// Which files a site accepts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Uploads {
    /// Maximum file size in bytes.
    pub max_bytes: u32,
    /// MIME types, such as `image/png`; never a wildcard.
    pub types: Vec<String>,
}

impl std::fmt::Debug for TokenAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.debug_struct("TokenAnswer").field("visitor", &self.visitor).field("token", &"…").finish_non_exhaustive()
    }
}
