/**
 * How lengths and strings begin: the upper two bits of the first byte are 00 for a length of 6 bits, 01 for one of 14 bits, the
 * byte is 80 or 81 before one of 32 or 64 bits, and 11 says that the lower bits name another form of a string.
 */
export const LENGTH_14 = 0x40;
export const LENGTH_32 = 0x80;
export const LENGTH_64 = 0x81;
export const SPECIAL = 0xc0;

/** The other forms: an integer of so many bits, the lowest byte first, or LZF with both lengths. */
export const INTEGER_8 = 0;
export const INTEGER_16 = 1;
export const INTEGER_32 = 2;
export const LZF = 3;
