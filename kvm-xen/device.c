// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/kvm-xen: KX_* ioctls, and the stand-in for /dev/kvm, which forwards
 * every ioctl of KVM's and makes each new VM a domain.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/kvm.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/syscalls.h>
#include <linux/uaccess.h>

#include <uapi/linux/kvm-xen.h>

#include "core.h"

/**
 * struct dev_file - an open /dev/kvm-xen
 * @lock: protects @kvm's first use
 * @kvm: KVM's own device, opened when the first ioctl of KVM's comes: misc
 *	devices cannot be opened from the open() of another
 */
struct dev_file {
	struct mutex lock;
	struct file *kvm;
};

static int dev_open(struct inode *inode, struct file *file)
{
	struct dev_file *f = kzalloc(sizeof(*f), GFP_KERNEL_ACCOUNT);

	if (!f)
		return -ENOMEM;
	mutex_init(&f->lock);
	file->private_data = f;
	return 0;
}

static int dev_release(struct inode *inode, struct file *file)
{
	struct dev_file *f = file->private_data;

	if (f->kvm)
		fput(f->kvm);
	kfree(f);
	return 0;
}

static int op_attach(struct kx_attach __user *argp)
{
	struct kx_attach arg;
	struct file *vm_file;
	struct kx_dom *dom;
	int r;

	if (copy_from_user(&arg, argp, sizeof(arg)))
		return -EFAULT;
	if (arg.flags || memchr_inv(arg.pad, 0, sizeof(arg.pad)) ||
	    arg.domid > KX_MAX_DOMID)
		return -EINVAL;
	if (arg.domid != KX_DOMID_AUTO && !capable(CAP_SYS_ADMIN))
		return -EPERM;

	vm_file = fget(arg.vm_fd);
	if (!vm_file)
		return -EBADF;
	r = kx_vm_attach(vm_file, arg.domid, true, &dom);
	fput(vm_file);
	if (r)
		return r;

	if (put_user(dom->d.domid, &argp->domid)) {
		r = -EFAULT;
	} else {
		kref_get(&dom->ref);
		r = kx_domain_fd(dom, true);
	}
	if (r < 0)
		kx_vm_detach(dom);
	return r;
}

static int op_open_domain(unsigned long domid)
{
	struct kx_dom *dom;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (domid < KX_FIRST_GUEST_DOMID || domid > KX_MAX_DOMID)
		return -EINVAL;
	dom = kx_dom_by_domid(domid);
	if (!dom)
		return -ENOENT;
	return kx_domain_fd(dom, false);
}

/* KVM's device, opened with the credentials of whoever comes first */
static struct file *kvm_of(struct dev_file *f)
{
	struct file *kvm;

	mutex_lock(&f->lock);
	kvm = f->kvm;
	if (!kvm) {
		kvm = kx_fs_open_kvm(true);
		if (!IS_ERR(kvm))
			f->kvm = kvm;
	}
	mutex_unlock(&f->lock);
	return kvm;
}

/* KVM made a VM for our caller: it becomes a domain, or there is no VM */
static long attach_created(int vm_fd)
{
	struct file *vm_file = fget(vm_fd);
	struct kx_dom *dom;
	int r = -EBADF;

	if (vm_file) {
		r = kx_vm_attach(vm_file, KX_DOMID_AUTO, false, &dom);
		fput(vm_file);
	}
	if (r) {
		close_fd(vm_fd);
		return r;
	}
	return vm_fd;
}

static long forward(struct dev_file *f, unsigned int cmd, unsigned long arg)
{
	struct file *kvm = kvm_of(f);
	long r;

	if (IS_ERR(kvm))
		return PTR_ERR(kvm);
	r = kvm->f_op->unlocked_ioctl(kvm, cmd, arg);
	if (cmd == KVM_CREATE_VM && r >= 0)
		return attach_created(r);
	if (cmd == KVM_CHECK_EXTENSION && arg == KVM_CAP_NR_MEMSLOTS &&
	    r > KX_RESERVED_MEMSLOTS)
		return r - KX_RESERVED_MEMSLOTS;
	return r;
}

static long dev_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case KX_GET_VERSION:
		return KX_UAPI_VERSION;
	case KX_ATTACH:
		return op_attach((void __user *)arg);
	case KX_OPEN_DOMAIN:
		return op_open_domain(arg);
	}
	if (_IOC_TYPE(cmd) != KVMIO)
		return -ENOTTY;
	return forward(file->private_data, cmd, arg);
}

static const struct file_operations dev_fops = {
	.owner		= THIS_MODULE,
	.open		= dev_open,
	.release	= dev_release,
	.unlocked_ioctl	= dev_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.llseek		= noop_llseek,
};

static struct miscdevice dev = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "kvm-xen",
	.mode	= 0600,
	.fops	= &dev_fops,
};

/** kx_device_init() - make /dev/kvm-xen; 0 or -errno */
int kx_device_init(void)
{
	return misc_register(&dev);
}

/** kx_device_exit() - take /dev/kvm-xen away */
void kx_device_exit(void)
{
	misc_deregister(&dev);
}
