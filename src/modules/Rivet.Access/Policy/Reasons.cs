namespace Rivet.Access;

/// <summary>Why the policy says no: stable keys, shown and recorded.</summary>
internal static class Reasons
{
    /// <summary>No role in the company, or no relation to the conversation.</summary>
    public const string NotAMember = "access.not-a-member";

    /// <summary>The role is not enough.</summary>
    public const string Role = "access.role";

    /// <summary>The table has no such permission on such a resource.</summary>
    public const string UnknownPermission = "access.unknown-permission";

    /// <summary>The resource belongs to another company.</summary>
    public const string OtherCompany = "access.other-company";

    /// <summary>The relations cannot be read now.</summary>
    public const string Unavailable = "access.unavailable";
}

/// <summary>The kinds of resources the policy treats by their own rules.</summary>
internal static class ResourceKinds
{
    public const string Company = "company";
    public const string Person = "person";
    public const string Device = "device";
}
