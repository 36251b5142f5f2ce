using Rivet.Kernel;

namespace Rivet.Identity;

/// <summary>What Identity offers to do, as Access knows it.</summary>
public static class IdentityPermissions
{
    /// <summary>Read one's own name, role and device; asked of the company.</summary>
    public static readonly Permission SelfRead = new("identity.self.read");

    /// <summary>Read and change the company's name and language; asked of the company.</summary>
    public static readonly Permission CompanyChange = new("identity.company.change");

    /// <summary>List the people of a company; asked of the company.</summary>
    public static readonly Permission PeopleRead = new("identity.people.read");

    /// <summary>List a person's devices; asked of the person.</summary>
    public static readonly Permission DeviceRead = new("identity.device.read");

    /// <summary>Sign a device out; asked of the device.</summary>
    public static readonly Permission DeviceSignOut = new("identity.device.sign-out");

    /// <summary>Invite: a new person, asked of the company; a further device of a person, asked of that person.</summary>
    public static readonly Permission InvitationCreate = new("identity.invitation.create");

    /// <summary>Open a page session from a device; asked of the company.</summary>
    public static readonly Permission PageOpen = new("identity.page.open");

    /// <summary>Import people; asked of the company.</summary>
    public static readonly Permission PeopleImport = new("identity.people.import");

    /// <summary>A power was called with a permit for something else: a bug, not a refusal.</summary>
    internal static void Require(this Permit permit, Permission permission)
    {
        ArgumentNullException.ThrowIfNull(permit);
        if (permit.Question.Permission != permission)
        {
            throw new ArgumentException($"The permit is for {permit.Question.Permission}, not for {permission}.", nameof(permit));
        }
    }
}
