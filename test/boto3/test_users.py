import unittest

from worlds import STILL, client, let_pass, refusal_of


class Users(unittest.TestCase):
    """users and user groups, by boto3"""

    def setUp(self):
        self.still = client(STILL, region="ap-south-1")

    def test_make_a_group_and_leave_it(self):
        still = self.still
        made = still.create_user(
            UserId="App", UserName="app", Engine="redis", AccessString="on ~app:* +get", Passwords=["long-enough-secret"]
        )
        self.assertEqual(made["UserId"], "app")
        self.assertEqual(made["AccessString"], "on ~app:* -@all +get")
        self.assertNotIn("Passwords", made)
        let_pass(10)
        group = still.create_user_group(UserGroupId="apps", Engine="redis", UserIds=["default", "app"])
        self.assertEqual(group["Status"], "creating")
        let_pass(10)
        [group] = still.describe_user_groups(UserGroupId="apps")["UserGroups"]
        self.assertEqual((group["Status"], sorted(group["UserIds"])), ("active", ["app", "default"]))
        still.modify_user_group(UserGroupId="apps", UserIdsToRemove=["app"])
        with self.assertRaises(still.exceptions.InvalidUserGroupStateFault):
            still.delete_user_group(UserGroupId="apps")
        let_pass(10)
        still.delete_user_group(UserGroupId="apps")
        still.delete_user(UserId="app")
        let_pass(10)
        with self.assertRaises(still.exceptions.UserNotFoundFault):
            still.describe_users(UserId="app")
        every = [user["UserId"] for page in still.get_paginator("describe_users").paginate() for user in page["Users"]]
        self.assertEqual(every, ["default"])

    def test_are_changed_one_change_at_a_time(self):
        still = self.still
        still.create_user(
            UserId="changing", UserName="changing", Engine="redis", AccessString="on ~* +get", NoPasswordRequired=True
        )
        let_pass(10)
        changed = still.modify_user(UserId="changing", AppendAccessString="+set", Passwords=["long-enough-secret"])
        self.assertEqual((changed["Status"], changed["AccessString"]), ("modifying", "on ~* -@all +get +set"))
        self.assertEqual(changed["Authentication"], {"Type": "password", "PasswordCount": 1})
        with self.assertRaises(still.exceptions.InvalidUserStateFault) as caught:
            still.delete_user(UserId="changing")
        self.assertEqual(refusal_of(caught), ("InvalidUserState", 400))
        let_pass(10)
        still.delete_user(UserId="changing")
        let_pass(10)

    def test_of_a_redis_group_include_one_named_default(self):
        still = self.still
        still.create_user(
            UserId="lonely", UserName="lonely", Engine="redis", AccessString="on ~* +get", NoPasswordRequired=True
        )
        let_pass(10)
        with self.assertRaises(still.exceptions.DefaultUserRequired) as caught:
            still.create_user_group(UserGroupId="headless", Engine="redis", UserIds=["lonely"])
        self.assertEqual(refusal_of(caught), ("DefaultUserRequired", 400))
        self.assertIn("User group needs to contain a user with the user name default.", str(caught.exception))
        still.delete_user(UserId="lonely")
        let_pass(10)
