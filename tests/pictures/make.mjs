//! `cargo xtask pictures` runs `node make.mjs [NAME…]`: draws the pictures of the documents and of
//! the studio from the real widget, all or those named. Needs the bundle in CHATAIBOT_DIST and a
//! Chromium.
//!
//! - [camera.mjs](camera.mjs): photographs a page with widgets, settled and without emoji, whose
//!   fonts differ between machines
//! - [themes.mjs](themes.mjs): every theme, light beside dark
//! - [anatomy.mjs](anatomy.mjs): the widget with its parts numbered
//! - [steps.mjs](steps.mjs): the steps of docs/theming.md
//! - [layout.mjs](layout.mjs): boxes and colours of every scene, which a test compares

import { themes } from './themes.mjs';
import { anatomy } from './anatomy.mjs';
import { layout } from './layout.mjs';
import { steps } from './steps.mjs';
import { Camera } from './camera.mjs';

const KINDS = { themes, anatomy, steps, layout };

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in KINDS));
if (unknown.length) throw new Error(`there are pictures of ${Object.keys(KINDS).join(', ')}, and not of ${unknown.join(', ')}`);

const camera = await Camera.open();
try {
  for (const [name, take] of Object.entries(KINDS)) if (!names.length || names.includes(name)) await take(camera);
} finally {
  await camera.close();
}
