/** `https://siem.example:8443`, as browsers write it: no path, no default port, no `*`, which would hand sessions to every page. */
export const isOrigin = (text: string): boolean => {
  if (!/^https?:\/\//.test(text) || text.includes('*')) return false;
  try {
    return new URL(text).origin === text;
  } catch {
    return false;
  }
};
