using Rivet.Wire;

namespace Rivet.Identity.Pages;

/// <summary>Names the texts of roles.</summary>
internal static class RoleTexts
{
    public static string Of(Role role) => role switch
    {
        Role.Administrator => "RoleAdministrator",
        Role.Guest => "RoleGuest",
        _ => "RoleMember",
    };
}
