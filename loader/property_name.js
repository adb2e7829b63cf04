// Names of properties.

/** `bot-key` → `botKey` */
export const propertyOf = (attribute) => attribute.replace(/-./g, (pair) => pair[1].toUpperCase());
