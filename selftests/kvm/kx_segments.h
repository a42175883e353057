/* SPDX-License-Identifier: GPL-2.0-only */
/* Selectors that kx_guest_segments() adds to the framework's GDT page. */
#ifndef KX_SEGMENTS_H
#define KX_SEGMENTS_H

#define KX_GDT_FIRST 32

#define KX_CS32 0x100		/* code, CS.L = 0, CPL 0 */
#define KX_DS32 0x108		/* data, 32-bit stack pointer, CPL 0 */
#define KX_UCS64 0x113		/* code, CPL 3 */
#define KX_UDS 0x11b		/* data, CPL 3 */
#define KX_UCS32 0x123		/* code, CS.L = 0, CPL 3 */

#endif /* KX_SEGMENTS_H */
