/** The version of Quartet; the components say it in /version and on the control bus. */
export const VERSION = '0.1.0';
