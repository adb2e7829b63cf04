//! Uploads for the scene of attached files: chosen already, each at a fixed progress.

use std::rc::Rc;

use crate::components::{Upload, UploadGuard, UploadState, Uploads, sample};

const PICTURE: &str = "image/jpeg";
const DOCUMENT: &str = "application/pdf";

/// Accepts pictures, whose uploads never end, and documents, which end at once; chooses a film too.
pub(super) fn uploads() -> Uploads {
    let start = |Upload { file, on_progress }: Upload| {
        on_progress.emit(if file.type_() == DOCUMENT {
            UploadState::Done("https://example.com/files/tickets.pdf".into())
        } else {
            UploadState::Underway(64)
        });
        UploadGuard::new(())
    };
    let preselected = [
        sample("Saltmere at low tide.jpg", PICTURE, 1_487_300),
        sample("Tickets.pdf", DOCUMENT, 48_213),
        sample("The walk along the cliffs.mov", "video/quicktime", 2_203_000),
    ];
    Uploads {
        max_bytes: 10_485_760,
        types: Rc::from([PICTURE.into(), DOCUMENT.into()]),
        preselected: preselected.into_iter().flatten().collect(),
        start: start.into(),
    }
}
