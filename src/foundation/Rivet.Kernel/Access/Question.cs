namespace Rivet.Kernel;

/// <summary>Who asks: a person through a device or a page session, or the system itself.</summary>
/// <param name="Kind">By which way the person acts.</param>
/// <param name="Company">The company on whose behalf; empty only for the platform itself.</param>
/// <param name="Person">The person; empty only for the system.</param>
/// <param name="Via">The device or page session, by kind; empty only for the system.</param>
public readonly record struct Subject(SubjectKind Kind, CompanyId Company, PersonId Person, Guid Via)
{
    /// <summary>A person acting through a signed-in device.</summary>
    public static Subject OfDevice(CompanyId company, PersonId person, DeviceId device)
        => new(SubjectKind.Device, company, person, device.Value);

    /// <summary>A person acting through a browser page session.</summary>
    public static Subject OfPage(CompanyId company, PersonId person, PageSessionId session)
        => new(SubjectKind.Page, company, person, session.Value);

    /// <summary>The system acting by itself in a company (or, with an empty company, for the platform).</summary>
    public static Subject OfSystem(CompanyId company) => new(SubjectKind.System, company, default, default);

    /// <summary>The device acted through; empty unless <see cref="Kind"/> is <see cref="SubjectKind.Device"/>.</summary>
    public DeviceId Device => Kind == SubjectKind.Device ? new(Via) : default;
}

/// <summary>The ways a subject acts.</summary>
public enum SubjectKind : byte
{
    /// <summary>Nobody: the default value, always refused.</summary>
    None = 0,

    /// <summary>A person through a device.</summary>
    Device = 1,

    /// <summary>A person through a page session.</summary>
    Page = 2,

    /// <summary>The system itself.</summary>
    System = 3,
}

/// <summary>What is done, named <c>kind.verb</c> by the module that offers it, such as <c>message.send</c>.</summary>
/// <param name="Name">The name; compared ordinally.</param>
public readonly record struct Permission(string Name)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>What it is done to.</summary>
/// <param name="Kind">The kind, such as <c>conversation</c>; compared ordinally.</param>
/// <param name="Id">Which one.</param>
/// <param name="Company">The company it belongs to.</param>
public readonly record struct Resource(string Kind, Guid Id, CompanyId Company)
{
    /// <summary>The company itself as a resource.</summary>
    public static Resource Of(CompanyId company) => new("company", company.Value, company);

    /// <summary>A conversation of a company.</summary>
    public static Resource Of(ConversationId conversation, CompanyId company) => new("conversation", conversation.Value, company);

    /// <summary>A person of a company.</summary>
    public static Resource Of(PersonId person, CompanyId company) => new("person", person.Value, company);

    /// <summary>A device of a company.</summary>
    public static Resource Of(DeviceId device, CompanyId company) => new("device", device.Value, company);
}

/// <summary>The question every module asks: may <paramref name="Subject"/> do <paramref name="Permission"/> to <paramref name="Resource"/>?</summary>
public readonly record struct Question(Subject Subject, Permission Permission, Resource Resource);
