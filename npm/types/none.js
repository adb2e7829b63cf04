// Types alone have no code.
export {};
