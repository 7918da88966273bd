using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AzdoWebhookBridge.Tests.Faults.Infrastructure;

/// <summary>
/// The seam below the SQLite store: the calls into the native library. A provider made at run time passes every call on as it is,
/// but lets the plan of the database's file decide what becomes of each statement that is begun.
/// </summary>
public static class SqliteFaults
{
    private static readonly ConcurrentDictionary<string, (FaultPlan Plan, Action Hang, Action<string>? Seen)> Plans = new(StringComparer.Ordinal);
    private static readonly Lazy<bool> Installed = new(Install);

    /// <summary>Puts a plan below all connections to the file until the result is disposed of.</summary>
    /// <param name="path">The database.</param>
    /// <param name="plan">Counts the statements.</param>
    /// <param name="hang">Waits for as long as a hanging disk would.</param>
    /// <param name="seen">Is told the text of each statement.</param>
    internal static IDisposable Watch(string path, FaultPlan plan, Action hang, Action<string>? seen = null)
    {
        _ = Installed.Value;
        Plans[path] = (plan, hang, seen);
        return new Registration(path);
    }

    /// <summary>Called in place of the library's <c>sqlite3_step</c>; public because generated code calls it.</summary>
    public static int Step(ISQLite3Provider native, sqlite3_stmt statement)
    {
        ArgumentNullException.ThrowIfNull(native);
        // A statement that is under way is not a new call.
        if (Plans.IsEmpty || native.sqlite3_stmt_busy(statement) != 0
            || raw.sqlite3_db_filename(raw.sqlite3_db_handle(statement), "main").utf8_to_string() is not { } path
            || !Plans.TryGetValue(path, out var watched))
        {
            return native.sqlite3_step(statement);
        }

        watched.Seen?.Invoke(raw.sqlite3_sql(statement).utf8_to_string());
        switch (watched.Plan.Next())
        {
            case FaultKind.Error:
                return raw.SQLITE_IOERR;
            case FaultKind.AnswerLost:
                _ = native.sqlite3_step(statement);
                return raw.SQLITE_IOERR;
            case FaultKind.Hang:
                watched.Hang();
                return native.sqlite3_step(statement);
            default:
                return native.sqlite3_step(statement);
        }
    }

    private static bool Install()
    {
        // Sets the real provider first; after that nobody does again.
        RuntimeHelpers.RunClassConstructor(typeof(SqliteConnection).TypeHandle);
        var native = (ISQLite3Provider)Array.Find(
            typeof(raw).GetFields(BindingFlags.NonPublic | BindingFlags.Static), field => field.FieldType == typeof(ISQLite3Provider))!.GetValue(null)!;
        raw.SetProvider((ISQLite3Provider)Activator.CreateInstance(Emit(), native)!);
        return true;
    }

    private static Type Emit()
    {
        var type = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("SqliteFaults.Generated"), AssemblyBuilderAccess.Run)
            .DefineDynamicModule("main")
            .DefineType("PassingProvider", TypeAttributes.Public | TypeAttributes.Sealed, typeof(object), [typeof(ISQLite3Provider)]);
        var native = type.DefineField("_native", typeof(ISQLite3Provider), FieldAttributes.Private);
        var constructor = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, [typeof(ISQLite3Provider)]).GetILGenerator();
        constructor.Emit(OpCodes.Ldarg_0);
        constructor.Emit(OpCodes.Call, typeof(object).GetConstructor([])!);
        constructor.Emit(OpCodes.Ldarg_0);
        constructor.Emit(OpCodes.Ldarg_1);
        constructor.Emit(OpCodes.Stfld, native);
        constructor.Emit(OpCodes.Ret);
        foreach (var method in typeof(ISQLite3Provider).GetMethods())
        {
            var parameters = method.GetParameters();
            var passing = type.DefineMethod(
                method.Name,
                MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.HideBySig | MethodAttributes.NewSlot,
                CallingConventions.HasThis,
                method.ReturnType,
                method.ReturnParameter.GetRequiredCustomModifiers(),
                method.ReturnParameter.GetOptionalCustomModifiers(),
                [.. parameters.Select(parameter => parameter.ParameterType)],
                [.. parameters.Select(parameter => parameter.GetRequiredCustomModifiers())],
                [.. parameters.Select(parameter => parameter.GetOptionalCustomModifiers())]);
            var code = passing.GetILGenerator();
            code.Emit(OpCodes.Ldarg_0);
            code.Emit(OpCodes.Ldfld, native);
            for (var index = 1; index <= parameters.Length; index++)
            {
                code.Emit(OpCodes.Ldarg, (short)index);
            }

            if (method.Name == nameof(ISQLite3Provider.sqlite3_step))
            {
                code.Emit(OpCodes.Call, typeof(SqliteFaults).GetMethod(nameof(Step))!);
            }
            else
            {
                code.Emit(OpCodes.Callvirt, method);
            }

            code.Emit(OpCodes.Ret);
            type.DefineMethodOverride(passing, method);
        }

        return type.CreateType();
    }

    private sealed class Registration(string path) : IDisposable
    {
        public void Dispose() => Plans.TryRemove(path, out _);
    }
}
