// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file system that is mounted nowhere. It gives a window's pages an inode
 * of their own (so that single pages can be unmapped by offset), and holds a
 * device node of KVM's number, which stays KVM's when /dev/kvm-xen is mounted
 * over /dev/kvm.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cred.h>
#include <linux/magic.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/pseudo_fs.h>

#include "core.h"

#define KX_FS_MAGIC	0x6b786673

static struct vfsmount *kx_mnt;
static struct path kvm_node;

static int kx_fs_init_context(struct fs_context *fc)
{
	return init_pseudo(fc, KX_FS_MAGIC) ? 0 : -ENOMEM;
}

/* no owner: our own mount would keep the module from being removed */
static struct file_system_type kx_fs_type = {
	.name			= "kvm-xen",
	.init_fs_context	= kx_fs_init_context,
	.kill_sb		= kill_anon_super,
};

/* a node with the number, the owner and the mode of the host's /dev/kvm */
static int make_kvm_node(void)
{
	dev_t dev = MKDEV(MISC_MAJOR, KVM_MINOR);
	struct inode *inode, *real;
	struct dentry *dentry;
	struct path path;
	int r;

	r = kern_path("/dev/kvm", LOOKUP_FOLLOW, &path);
	if (r) {
		pr_err("no /dev/kvm on this host (%d)\n", r);
		return r;
	}
	real = d_backing_inode(path.dentry);
	if (!S_ISCHR(real->i_mode) || real->i_rdev != dev) {
		pr_err("/dev/kvm is not KVM's device\n");
		path_put(&path);
		return -ENODEV;
	}
	inode = new_inode(kx_mnt->mnt_sb);
	if (!inode) {
		path_put(&path);
		return -ENOMEM;
	}
	inode->i_ino = get_next_ino();
	inode->i_uid = real->i_uid;
	inode->i_gid = real->i_gid;
	init_special_inode(inode, real->i_mode, dev);
	path_put(&path);

	dentry = d_obtain_alias(inode);
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	kvm_node.mnt = mntget(kx_mnt);
	kvm_node.dentry = dentry;
	return 0;
}

/** kx_fs_init() - mount it; 0, -ENODEV (no KVM device), or -errno */
int kx_fs_init(void)
{
	int r;

	kx_mnt = kern_mount(&kx_fs_type);
	if (IS_ERR(kx_mnt))
		return PTR_ERR(kx_mnt);
	r = make_kvm_node();
	if (r)
		kern_unmount(kx_mnt);
	return r;
}

/** kx_fs_exit() - unmount it */
void kx_fs_exit(void)
{
	path_put(&kvm_node);
	kern_unmount(kx_mnt);
}

/**
 * kx_fs_file() - a file with an inode of its own
 * @name: for /proc/PID/maps
 * @fops: operations
 * @priv: private data
 *
 * Return: the file or an error pointer.
 */
struct file *kx_fs_file(const char *name, const struct file_operations *fops,
			void *priv)
{
	struct inode *inode = alloc_anon_inode(kx_mnt->mnt_sb);
	struct file *file;

	if (IS_ERR(inode))
		return ERR_CAST(inode);
	file = alloc_file_pseudo(inode, kx_mnt, name, O_RDWR, fops);
	if (IS_ERR(file)) {
		iput(inode);
		return file;
	}
	file->f_mapping = inode->i_mapping;
	file->private_data = priv;
	__module_get(fops->owner);
	return file;
}

/**
 * kx_fs_open_kvm() - open KVM's device
 * @for_caller: with the caller's credentials: it needs the rights that the
 *	host's /dev/kvm asked for when the module was loaded. Otherwise for the
 *	module's own use
 *
 * Context: not from the open() of a misc device.
 * Return: the file or an error pointer.
 */
struct file *kx_fs_open_kvm(bool for_caller)
{
	int r = for_caller ? path_permission(&kvm_node, MAY_READ | MAY_WRITE) : 0;

	if (r)
		return ERR_PTR(r);
	return dentry_open(&kvm_node, O_RDWR | O_CLOEXEC, current_cred());
}
