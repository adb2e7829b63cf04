// When a window takes the whole screen.

/** Keep this the same as `PHONE` in src/browser/environment.rs. */
export const PHONE = '(max-width: 480px), (max-height: 420px)';
