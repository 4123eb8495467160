// The screens that pages are tested on: a desktop, a tablet and a phone, each light and dark.

import type { View } from "./browser_page.ts";

/** Three widths and two schemes. */
export const views: readonly Partial<View>[] = [
  { width: 1440, height: 900 },
  { width: 820, height: 1180 },
  { width: 390, height: 844, isPhone: true },
].flatMap((screen) => [
  { ...screen, scheme: "light" as const },
  { ...screen, scheme: "dark" as const },
]);
