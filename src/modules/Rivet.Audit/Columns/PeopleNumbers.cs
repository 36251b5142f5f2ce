using System.Buffers.Binary;
using Rivet.Audit.Entries;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Audit.Columns;

/// <summary>
/// The numbers that stand for people in a company's columns. Who a number is stands sealed under that person's own key: with the key gone, the
/// number is nobody's, and <see cref="ColumnKeeper"/> takes it out of the columns.
/// </summary>
internal sealed class PeopleNumbers
{
    private readonly Dictionary<PersonId, uint> numbers = [];
    private readonly Dictionary<uint, PersonId> people = [];
    private readonly List<(uint Number, PersonId Person)> added = [];

    private PeopleNumbers(CompanyId company) => Company = company;

    public CompanyId Company { get; }

    /// <summary>Numbers whose people were erased.</summary>
    public IReadOnlyList<uint> Erased { get; private set; } = [];

    private uint Last { get; set; }

    private uint LastStored { get; set; }

    private static ReadOnlySpan<byte> OfPerson => "rivet audit column person 1"u8;

    /// <summary>For what names no people.</summary>
    public static PeopleNumbers None(CompanyId company) => new(company);

    /// <summary>Those of a company, as stored.</summary>
    /// <exception cref="LogUnavailableException">The vault cannot open now.</exception>
    /// <exception cref="InvalidDataException">A number was changed.</exception>
    public static async ValueTask<PeopleNumbers> ReadAsync(IStore store, IVault vault, CompanyId company, CancellationToken ct)
    {
        var rows = await store.ReadAsync(session => ColumnTable.People(session, company), ct);
        var items = rows.Select(row => new Ciphertext(row.Sealed, ContextOf(company, row.Number))).ToArray();
        var opened = await vault.OpenAsync(company, AuditEvents.KeysOfPeople, items, ct);
        var (read, erased) = (new PeopleNumbers(company), new List<uint>());
        for (var at = 0; at < rows.Count; at++)
        {
            if (opened[at].TryGet(out var bytes, out var why) && EntityId.TryRead<PersonId>(bytes, out var person))
            {
                read.Know(rows[at].Number, person);
            }
            else if (why == VaultRefusal.Destroyed)
            {
                erased.Add(rows[at].Number);
            }
            else
            {
                throw why.MayPass()
                    ? new LogUnavailableException("The vault does not open the people of the security log's columns.")
                    : new InvalidDataException("A person in the columns of the security log was changed.");
            }
        }

        read.Erased = erased;
        read.Last = read.LastStored = rows.Count == 0 ? 0 : rows[^1].Number;
        return read;
    }

    /// <summary>The person's number; a new one for whoever has none.</summary>
    public uint NumberOf(PersonId person)
    {
        if (!numbers.TryGetValue(person, out var number))
        {
            Know(number = ++Last, person);
            added.Add((number, person));
        }

        return number;
    }

    /// <summary>The person's number; 0 when nothing names them.</summary>
    public uint Find(PersonId person) => numbers.GetValueOrDefault(person);

    /// <summary>Who a number is; nobody for those who were erased.</summary>
    public PersonId Find(uint number) => people.GetValueOrDefault(number);

    /// <summary>Whether no other number was given meanwhile.</summary>
    public bool IsNewest(ReadSession session) => ColumnTable.LastPerson(session, Company) == LastStored;

    /// <summary>What stores the new numbers.</summary>
    /// <exception cref="LogUnavailableException">The vault cannot seal now.</exception>
    public async ValueTask<Action<WriteTransaction>> PrepareAsync(IVault vault, CancellationToken ct)
    {
        var sealedPeople = new List<(uint Number, byte[] Person)>();
        foreach (var (number, person) in added)
        {
            var scope = new KeyScope(Company, AuditEvents.KeysOfPeople, KeyPeriod.Unbounded, KeyHolder.Of(person));
            if (!(await vault.SealAsync(scope, new Plaintext[] { new(person.ToBytes(), ContextOf(Company, number)) }, ct)).TryGet(out var bytes, out var why))
            {
                throw new LogUnavailableException($"The vault does not seal people of the security log's columns: {why}.");
            }

            sealedPeople.Add((number, bytes[0]));
        }

        return transaction => sealedPeople.ForEach(one => ColumnTable.PutPerson(transaction, Company, one.Number, one.Person));
    }

    private void Know(uint number, PersonId person)
    {
        numbers[person] = number;
        people[number] = person;
    }

    private static byte[] ContextOf(CompanyId company, uint number)
    {
        var context = new byte[OfPerson.Length + EntityId.Size + sizeof(uint)];
        OfPerson.CopyTo(context);
        company.WriteTo(context.AsSpan(OfPerson.Length));
        BinaryPrimitives.WriteUInt32BigEndian(context.AsSpan(OfPerson.Length + EntityId.Size), number);
        return context;
    }
}
