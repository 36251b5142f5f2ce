using Rivet.Kernel;
using Rivet.Transit.Api;
using Rivet.Transit.Keys;

namespace Rivet.Transit.Applications;

/// <summary>Proof that an application may do one operation to one key (or, without a key, at all). Only <see cref="Ask"/> makes one, and no call is handled without.</summary>
internal sealed class TransitPermit
{
    private TransitPermit(Application application, Operation operation, string? name, TransitKey? key)
    {
        Application = application;
        Operation = operation;
        Name = name;
        FoundKey = key;
    }

    public Application Application { get; }

    public Operation Operation { get; }

    /// <summary>The key's name in the request; null for what needs none.</summary>
    public string? Name { get; }

    /// <summary>The key; null where it is to be made, or none is needed.</summary>
    public TransitKey? FoundKey { get; }

    /// <summary>The key of an operation that needs one.</summary>
    public TransitKey Key => FoundKey ?? throw new InvalidOperationException("The operation has no key.");

    /// <summary>
    /// Decides. The key, if any, must be one of the application's company. Without grants an application may make keys and do everything with its own; the
    /// keys of others are for it as if they were not there. With grants it may do what they say, to its own keys too.
    /// </summary>
    public static Result<TransitPermit, ApiRefusal> Ask(Application application, Operation operation, string? name, TransitKey? key)
    {
        var permit = new TransitPermit(application, operation, name, key);
        if (operation == Operation.Oneself || name is null)
        {
            return operation == Operation.Oneself || application.Grants.Count == 0 || application.Grants.Any(grant => Includes(grant, operation)) ? permit : ApiRefusal.Denied;
        }

        var makes = operation is Operation.Create or Operation.Import;
        var missing = operation == Operation.Read ? ApiRefusal.KeyNotListed : ApiRefusal.KeyMissing;
        if (application.Grants.Count == 0)
        {
            return key is null ? makes ? permit : missing
                : key.Owner == application.Id ? permit
                : makes ? ApiRefusal.NameTaken : missing;
        }

        return !application.Grants.Any(grant => Includes(grant, operation) && KeyName.Covers(grant.Pattern, name)) ? ApiRefusal.Denied
            : key is null && !makes ? missing
            : permit;
    }

    /// <summary>Whether the application may know of the key.</summary>
    public static bool Sees(Application application, TransitKey key)
        => application.Grants.Count == 0 ? key.Owner == application.Id : application.Grants.Any(grant => KeyName.Covers(grant.Pattern, key.Name));

    private static bool Includes(Grant grant, Operation operation)
        => (grant.Operations & operation) != 0 || (operation == Operation.DataKeyWrapped && (grant.Operations & Operation.DataKey) != 0);
}
