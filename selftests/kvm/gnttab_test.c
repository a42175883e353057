// SPDX-License-Identifier: GPL-2.0-only
/*
 * grant_table_op: size, version and place of the caller's own table. (That
 * frames move and keep their content is in overlay_test.c.)
 */
#include "kx_test.h"

#define NONE 0x7000
#define GFN 0x200000ull

static uint16_t own_domid;
static uint64_t list[64];

static long grant_op(uint32_t op, void *arg, uint32_t count)
{
	return kx_call3(__HYPERVISOR_grant_table_op, op, arg, count);
}

static long query(uint16_t dom, struct gnttab_query_size *op)
{
	*op = (struct gnttab_query_size){ .dom = dom };
	return grant_op(GNTTABOP_query_size, op, 1);
}

static void guest_size(void)
{
	struct gnttab_query_size op;

	KX_GUEST_EQ(query(DOMID_SELF, &op), 0);
	GUEST_ASSERT_EQ(op.status, GNTST_okay);
	GUEST_ASSERT_EQ(op.nr_frames, 1);
	GUEST_ASSERT(op.max_nr_frames >= 32);
	KX_GUEST_EQ(query(own_domid, &op), 0);
	GUEST_ASSERT_EQ(op.status, GNTST_okay);
	/* the table grows with what is placed */
	KX_GUEST_EQ(kx_place(XENMAPSPACE_grant_table, 3, GFN), 0);
	KX_GUEST_EQ(query(DOMID_SELF, &op), 0);
	GUEST_ASSERT_EQ(op.nr_frames, 4);
	KX_GUEST_EQ(kx_place(XENMAPSPACE_grant_table, op.max_nr_frames, GFN),
		    -EINVAL);

	KX_GUEST_EQ(query(0, &op), 0);
	KX_GUEST_EQ(op.status, GNTST_permission_denied);
	KX_GUEST_EQ(query(NONE, &op), 0);
	KX_GUEST_EQ(op.status, GNTST_bad_domain);
	KX_GUEST_EQ(grant_op(GNTTABOP_query_size, &op, 2), -EINVAL);
	KX_GUEST_EQ(grant_op(GNTTABOP_query_size, (void *)KX_BAD_PTR, 1),
		    -EFAULT);
	KX_GUEST_EQ(grant_op(GNTTABOP_query_size, &op, ~0u), -EINVAL);
	KX_GUEST_EQ(grant_op(1 << 12, &op, 1), -EINVAL);
	KX_GUEST_EQ(grant_op(99, &op, 1), -ENOSYS);
	GUEST_DONE();
}

static void guest_version(void)
{
	struct gnttab_set_version set = { .version = 1 };
	struct gnttab_get_version get = { .dom = DOMID_SELF };

	KX_GUEST_EQ(grant_op(GNTTABOP_set_version, &set, 1), 0);
	GUEST_ASSERT_EQ(set.version, 1);
	KX_GUEST_EQ(grant_op(GNTTABOP_get_version, &get, 1), 0);
	GUEST_ASSERT_EQ(get.version, 1);
	/* the version in force is told with an error too */
	set.version = 3;
	KX_GUEST_EQ(grant_op(GNTTABOP_set_version, &set, 1), -EINVAL);
	GUEST_ASSERT_EQ(set.version, 1);
	set.version = 0;
	KX_GUEST_EQ(grant_op(GNTTABOP_set_version, &set, 1), -EINVAL);
	get.dom = 0;
	KX_GUEST_EQ(grant_op(GNTTABOP_get_version, &get, 1), -EPERM);
	get.dom = NONE;
	KX_GUEST_EQ(grant_op(GNTTABOP_get_version, &get, 1), -ESRCH);
	KX_GUEST_EQ(grant_op(GNTTABOP_set_version, (void *)KX_BAD_PTR, 1),
		    -EFAULT);
	KX_GUEST_EQ(grant_op(GNTTABOP_get_version, (void *)KX_BAD_PTR, 1),
		    -EFAULT);
	GUEST_DONE();
}

static long setup(uint16_t dom, uint32_t nr, void *to, int16_t *status)
{
	struct gnttab_setup_table op = { .dom = dom, .nr_frames = nr };
	struct kx_compat_gnttab_setup_table op32 = {
		.dom = dom, .nr_frames = nr, .frame_list = (unsigned long)to,
	};
	long ret;

	op.frame_list.p = to;
	ret = grant_op(GNTTABOP_setup_table,
		       kx_width == 32 ? (void *)&op32 : &op, 1);
	*status = kx_width == 32 ? op32.status : op.status;
	return ret;
}

static uint64_t listed(uint32_t i)
{
	return kx_width == 32 ? ((uint32_t *)list)[i] : list[i];
}

static void guest_setup(void)
{
	struct gnttab_query_size size;
	int16_t status;

	KX_GUEST_EQ(kx_place(XENMAPSPACE_grant_table, 0, GFN + 5), 0);
	KX_GUEST_EQ(kx_place(XENMAPSPACE_grant_table, 1, GFN + 3), 0);
	memset(list, 0x5a, sizeof(list));
	KX_GUEST_EQ(setup(DOMID_SELF, 2, list, &status), 0);
	GUEST_ASSERT_EQ(status, GNTST_okay);
	GUEST_ASSERT_EQ(listed(0), GFN + 5);
	GUEST_ASSERT_EQ(listed(1), GFN + 3);
	GUEST_ASSERT_EQ((uint32_t)listed(2), 0x5a5a5a5a);

	KX_GUEST_EQ(query(DOMID_SELF, &size), 0);
	KX_GUEST_EQ(setup(DOMID_SELF, size.max_nr_frames + 1, list, &status), 0);
	KX_GUEST_EQ(status, GNTST_general_error);
	KX_GUEST_EQ(setup(DOMID_SELF, 2, (void *)KX_BAD_PTR, &status), 0);
	KX_GUEST_EQ(status, GNTST_bad_virt_addr);
	KX_GUEST_EQ(setup(0, 2, list, &status), 0);
	KX_GUEST_EQ(status, GNTST_permission_denied);
	KX_GUEST_EQ(setup(NONE, 2, list, &status), 0);
	KX_GUEST_EQ(status, GNTST_bad_domain);
	KX_GUEST_EQ(grant_op(GNTTABOP_setup_table, (void *)KX_BAD_PTR, 1),
		    -EFAULT);
	GUEST_DONE();
}

static void run(void *guest_code)
{
	struct kx_dom *dom = kx_dom_create(1, guest_code);

	write_guest_global(dom->vm, own_domid, dom->domid);
	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}

KX_CASE_WIDTHS(size)
{
	run(guest_size);
}

KX_CASE_WIDTHS(version)
{
	run(guest_version);
}

KX_CASE_WIDTHS(setup)
{
	run(guest_setup);
}
